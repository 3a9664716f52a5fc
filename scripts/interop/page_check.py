#!/usr/bin/env python3
"""Serves one page on loopback and looks at it with a headless Chromium: page_check.py PAGE DIR WHAT [ARGUMENT…].

  width N [dark]   no sideways scrolling in a frame of N pixels, no contrast below 4.5:1, the style is applied
  quiet            nothing but the page is fetched and no script in it runs
  pdf              it prints: DIR/page.pdf
  shot N [dark]    DIR/shot-N[-dark].png, to be looked at by a person

Prints what it found; exit 1 when that is not as it has to be.
"""
import html
import http.server
import json
import pathlib
import re
import subprocess
import sys
import threading

page, work, what = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
arguments = sys.argv[4:]
fetched = []

# Runs beside the page, never in it: the page's own policy forbids scripts.
MEASURE = """
const luminance = c => { const [r, g, b] = c.map(v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; });
  return .2126 * r + .7152 * g + .0722 * b; };
const numbers = c => c.match(/[\\d.]+/g).map(Number);
const ground = e => { for (; e; e = e.parentElement) { const c = numbers(getComputedStyle(e).backgroundColor);
  if (c.length < 4 || c[3] > 0) return c.slice(0, 3); } return [255, 255, 255]; };
function measure(frame) {
  const d = frame.contentDocument, w = frame.contentWindow, width = d.documentElement.clientWidth;
  for (const e of d.querySelectorAll('details')) e.open = true;
  const wide = [], pale = [];
  let texts = 0;
  for (const e of d.body.querySelectorAll('*')) {
    const box = e.getBoundingClientRect(), style = w.getComputedStyle(e);
    if (!e.closest('svg') && box.right > width + 1 && box.width > 1) wide.push(e.tagName + ' ' + e.className);
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (!own || e.tagName.toLowerCase() === 'title') continue;
    ++texts;
    const svg = e.closest('svg'), color = numbers(svg ? style.fill : style.color).slice(0, 3);
    const box_of = svg && e.parentElement.querySelector('rect.box');
    const on = box_of ? numbers(w.getComputedStyle(box_of).fill).slice(0, 3) : ground(svg ? svg.closest('figure') : e);
    const [a, b] = [luminance(color), luminance(on)].sort((x, y) => y - x), ratio = (a + .05) / (b + .05);
    if (ratio < 4.5) pale.push(e.tagName + ' ' + e.getAttribute('class') + ' ' + ratio.toFixed(2));
  }
  return {width, scroll: d.documentElement.scrollWidth, wide: wide.slice(0, 8), pale: pale.slice(0, 8), texts,
          styled: w.getComputedStyle(d.querySelector('nav')).display === 'flex',
          ground: w.getComputedStyle(d.body).backgroundColor,
          scripts: d.scripts.length, title: d.title, handlers: d.querySelectorAll('[onerror],[onload],[onclick],[style]').length,
          images: d.images.length, frames: d.querySelectorAll('iframe,object,embed,link,form,base').length};
}
"""


def harness(width):
    return f"""<!DOCTYPE html><meta charset="utf-8"><style>body{{margin:0}}iframe{{border:0;width:{width}px;height:900px}}</style>
<iframe src="/page" onload="document.getElementById('found').textContent = JSON.stringify(measure(this))"></iframe>
<pre id="found"></pre><script>{MEASURE}</script>"""


class Server(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        fetched.append(self.path)
        frame = re.fullmatch(r"/frame/(\d+)", self.path)
        if frame:
            body = harness(int(frame[1])).encode()
        elif self.path == "/page":
            # A hostile document names this server: with its port the address would really lead somewhere.
            body = page.read_bytes().replace(b"127.0.0.1:1/", f"127.0.0.1:{server.server_port}/".encode())
        else:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def chromium(path, *options):
    command = ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
               "--hide-scrollbars", "--virtual-time-budget=4000", f"--user-data-dir={work}/chromium", *options,
               f"http://127.0.0.1:{server.server_port}{path}"]
    with open(work / "chromium.log", "w", encoding="utf-8") as log:
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=log, timeout=120, check=True).stdout.decode()


def measured(width, *options):
    dom = chromium(f"/frame/{width}", "--dump-dom", *options)
    return json.loads(html.unescape(re.search(r'<pre id="found">(.*?)</pre>', dom, re.S)[1]))


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
mode = ["--blink-settings=preferredColorScheme=0"] if "dark" in arguments else []
good = False
if what == "width":
    found = measured(int(arguments[0]), *mode)
    dark = sum(map(int, re.findall(r"\d+", found["ground"])[:3])) < 200
    good = (found["width"] == int(arguments[0]) and found["scroll"] <= found["width"] and not found["wide"] and not found["pale"]
            and found["texts"] > 20 and found["styled"] and dark == bool(mode))
    print(json.dumps(found))
elif what == "quiet":
    found = measured(800)
    chromium("/page", "--dump-dom")
    others = [path for path in fetched if path not in ("/page", "/frame/800", "/favicon.ico")]
    good = (not others and fetched.count("/page") == 2 and found["scripts"] == 0 and found["handlers"] == 0 and found["images"] == 0
            and found["frames"] == 0 and "ran" != found["title"])
    print(json.dumps({"fetched": fetched, **found}))
elif what == "pdf":
    out = work / "page.pdf"
    chromium("/page", f"--print-to-pdf={out}", "--no-pdf-header-footer")
    data = out.read_bytes()
    pages = len(re.findall(rb"/Type\s*/Page\b", data))
    good = data.startswith(b"%PDF") and pages >= 1
    print(f"{pages} pages, {len(data)} bytes")
elif what == "shot":
    width = int(arguments[0])
    height = arguments[1] if len(arguments) > 1 and arguments[1].isdigit() else "4000"
    out = work / f"shot-{width}{'-dark' if mode else ''}.png"
    chromium("/page", f"--screenshot={out}", f"--window-size={width},{height}", *mode)
    good = out.stat().st_size > 10000
    print(out)
sys.exit(0 if good else 1)
