// What Node itself has put where others may put their own: looked at before the app's first line.
"use strict";

const EventEmitter = require("events");

module.exports = { emit: EventEmitter.prototype.emit };
