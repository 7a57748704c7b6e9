"""/openapi.json is complete and true, and /docs shows it."""
import os
import subprocess
import sys

import pytest

import chromium
import harness


@pytest.fixture(scope="module")
def description(server):
    response = server.http.get("/openapi.json")
    assert response.headers["content-type"] == "application/json"
    return response.json()


def test_every_operation_is_there_and_nothing_else(server, description):
    for path, methods in description["paths"].items():
        filled = path.replace("{voice_id}", "quick").replace("{model}", "tts-1")
        allowed = set(server.http.options(filled).headers["allow"].split(", "))
        described = {method.upper() for method in methods}
        assert described == allowed - {"HEAD", "OPTIONS"}, path
        other = server.http.delete(filled)
        assert (other.status_code, other.headers["allow"]) == (405, ", ".join(sorted(allowed, key=other.headers["allow"].find)))


def test_a_generator_of_requests_finds_no_fault(serve, tmp_path):
    """Schemathesis sends what the description allows and what it forbids, and holds every answer against it.

    Left out are the event streams of the live view, which have no end, and two checks. That everything of the right form is accepted: whether a voice is installed, and whether a
    text has anything to speak, are no questions of form. And that other methods get 405: a PUT without JSON gets 415,
    before its path is looked at; the test above asks with DELETE. Texts of more than 4,096 characters are refused, since
    the generator listens to all that it asks for; nobody is refused for want of room, which a slow machine lacks."""
    server = serve("--voice", "quick", "--admission", "off", config={"elevenlabs": {"max_characters": 4096}})
    checks = ("not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
              "response_schema_conformance,negative_data_rejection,missing_required_header")
    # A body that is too long for its schema may be too large for the server, too.
    refusals = [400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 428, 429]
    (tmp_path / "schemathesis.toml").write_text(f"[checks.negative_data_rejection]\nexpected-statuses = {refusals}\n")
    result = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", "run", f"{server.url}/openapi.json", "--checks", checks,
         "--exclude-path-regex", "/events$", "--max-examples", "20", "--seed", "1", "--phases", "examples,coverage,fuzzing", "--request-timeout", "30",
         "--suppress-health-check", "all", "--no-color", "--generation-database", "none"],
        cwd=tmp_path, capture_output=True, text=True, timeout=600, check=False,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    assert result.returncode == 0, result.stdout[-8000:] + result.stderr[-2000:]
    harness.eventually(server.idle, "all streams are gone")


# All elements of the page, those within its viewer's own trees included.
ELEMENTS = ("(() => { const all = []; const walk = (root) => root.querySelectorAll('*').forEach((element) => {"
            "all.push(element); if (element.shadowRoot) walk(element.shadowRoot); }); walk(document); return all; })()")


@pytest.mark.skipif(chromium.EXECUTABLE is None, reason="Chromium is not installed")
def test_the_page_lists_every_operation_and_tries_one(server, description, tmp_path):
    page = chromium.Page(server.url + "/docs", tmp_path / "profile")
    try:
        summaries = [operation["summary"] for methods in description["paths"].values() for operation in methods.values()]
        listed = f"{ELEMENTS}.filter((one) => one.classList.contains('nav-bar-path')).map((one) => one.textContent.trim())"
        harness.eventually(lambda: sorted(page.value(listed)) == sorted(summaries), "all operations are listed")
        page.value(f"{ELEMENTS}.find((one) => one.classList.contains('nav-bar-path')).click()")
        execute = f"{ELEMENTS}.find((one) => one.classList.contains('btn-execute'))"
        harness.eventually(lambda: page.value(f"{execute} !== undefined"), "the first of them can be tried")
        page.value(f"{execute}.click()")
        harness.eventually(lambda: page.value("document.querySelector('#heard audio').readyState") > 0, "and heard")
        page.click("#sockets-tab")
        sockets = sum("x-websocket" in operation for methods in description["paths"].values() for operation in methods.values())
        assert page.value("document.querySelectorAll('#sockets details').length") == sockets
        elsewhere = ("performance.getEntriesByType('resource').map(({ name }) => name)"
                     ".filter((name) => !name.replace(/^blob:/, '').startsWith(location.origin))")
        assert page.value(elsewhere) == [], "no other host is asked"
        assert page.complaints == []
    finally:
        page.close()


def test_the_page_needs_nobody_else(server):
    page = server.http.get("/docs").text
    for asset in ("docs.js", "docs.css", "style.css", "icon.svg"):
        assert f'"/assets/{asset}"' in page
        body = server.http.get(f"/assets/{asset}")
        assert body.status_code == 200
        assert "://" not in body.text.replace("http://www.w3.org/2000/svg", ""), "no other host"
