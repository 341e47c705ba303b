// Watches the requests of pages, and the errors that express hands on instead of throwing.
"use strict";

const CONTROLS = new Set(["route", "router"]);
const REQUESTS = new Set(["request", "upgrade"]);

/**
 * Watch a server class of http or https: what a visit's request sets going carries its navigation.
 * @returns {() => void} what ends it
 */
function watchServer(hooked, serverClass) {
  const owner = serverClass.prototype;
  const own = Object.getOwnPropertyDescriptor(owner, "emit");
  const above = Object.getPrototypeOf(owner);
  function emit(name, request) {
    const original = own === undefined ? above.emit : own.value;
    let page = null;
    if (REQUESTS.has(name)) hooked.guard(() => (page = hooked.openPage(request)));
    if (page === null) return Reflect.apply(original, this, arguments);
    return hooked.context.run(page, () => Reflect.apply(original, this, arguments));
  }
  Object.defineProperty(owner, "emit", { value: emit, writable: true, configurable: true });
  return () => {
    if (owner.emit !== emit) return;
    if (own === undefined) delete owner.emit;
    else Object.defineProperty(owner, "emit", own);
  };
}

/**
 * Return express's `Layer.prototype.handle_request` (5: `handleRequest`) with errors counted: those that the
 * layer caught, and those that its function gave to `next`. All of them go on by `next`.
 */
function watchLayer(hooked, original) {
  return function handle(request, response, next) {
    const page = hooked.pageOf(request);
    if (page === undefined || typeof next !== "function") return Reflect.apply(original, this, arguments);
    const watched = {
      next(error) {
        hooked.guard(() => count(hooked, page, error));
        return Reflect.apply(next, this, arguments);
      },
    };
    return Reflect.apply(original, this, [request, response, watched.next]);
  };
}

function count(hooked, page, error) {
  if (error === undefined || error === null || CONTROLS.has(error)) return;
  // each layer on the way out is given the same one
  if (page.error === error || isRefusal(error)) return;
  page.error = error;
  hooked.recorder.fail(error, "page", page);
}

/** Return whether the app says by this that the request was wrong: 404 and the like. */
function isRefusal(error) {
  const status = typeof error === "object" ? error.status || error.statusCode : undefined;
  return typeof status === "number" && status >= 400 && status < 500;
}

module.exports = { watchLayer, watchServer };
