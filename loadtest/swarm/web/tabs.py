"""Puts our tabs into Locust's page: custom elements that a script of ours defines."""

from flask import Flask, Response, request

__all__ = ["TABS", "add_tabs", "plain_page"]

TABS = (
    ("Navigations", "loadtest-navigations"),
    ("Server", "loadtest-server"),
    ("Findings", "loadtest-findings"),
)
"""Titles, and the names of the elements; Locust's page renders an element of any name (PLATFORM.md)."""

_HEAD = """\
    <script src="{base}/loadtest/assets/form.js"></script>
    <link rel="stylesheet" href="{base}/loadtest/assets/form.css">
    <script type="module" src="{base}/loadtest/assets/tabs.js"></script>
"""
_PAGE = """\
<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>loadtest</title>
    <link rel="icon" href="data:,">
    <style>
      :root { color-scheme: light dark; font-family: Roboto, Helvetica, Arial, sans-serif; }
      body { margin: 16px; background: Canvas; color: CanvasText; }
      h1, h2 { font-weight: 500; }
    </style>
    <script>
      // as the Locust web UI was switched to, here too
      if (localStorage.theme) document.documentElement.style.colorScheme = localStorage.theme;
    </script>
    <script type="module" src="{base}/loadtest/assets/tabs.js"></script>
  </head>
  <body>
    <h1>loadtest</h1>
{sections}
    <p><a href="{base}/">Start or stop a run in the Locust web UI</a></p>
  </body>
</html>
"""
_SECTION = (
    '    <section aria-label="{title}">\n      <h2>{title}</h2>\n      <{name}></{name}>\n    </section>'
)


def add_tabs(app: Flask, base_path: str) -> list[dict[str, str]]:
    """Put our script into Locust's page; return its ``template_args["extended_tabs"]``."""
    head = _HEAD.format(base=base_path).encode()

    def after_request(response: Response) -> Response:
        is_index = request.path == f"{base_path}/" and response.mimetype == "text/html"
        if is_index and response.status_code == 200:
            response.set_data(response.get_data().replace(b"</head>", head + b"  </head>", 1))
        return response

    app.after_request(after_request)
    return [{"title": title, "key": name, "component": name} for title, name in TABS]


def plain_page(base_path: str) -> str:
    """Return a page that shows what the tabs show, without Locust's own: the fallback where that changes."""
    sections = "\n".join(_SECTION.format(title=title, name=name) for title, name in TABS)
    return _PAGE.replace("{base}", base_path).replace("{sections}", sections)
