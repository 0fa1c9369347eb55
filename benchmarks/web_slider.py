"""From a moved slider to the redrawn answer: `python -m benchmarks.web_slider [MOVES]`.

Starts `countervail web` and Debian's Chromium, moves the slider of a response and of a sanction in turn to values not
asked before, and takes the time in the page from the input event until map, bars and ladder have changed and the next
frame has been drawn. Printed are the median and the 95th percentile in milliseconds.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request

from playwright.sync_api import sync_playwright

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
SLIDERS = (".responses .card input[type=range]", ".sanctions .card input[type=range]")
MEASURE = """
async ([selector, value]) => {
  const slider = document.querySelector(selector);
  const parts = ["map", "who-pays", "ladder"].map((one) => document.querySelector(`#figure-${one} svg`));
  const before = parts.map((part) => part.innerHTML);
  const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set;
  return new Promise((done) => {
    const start = performance.now();
    const look = new MutationObserver(() => {
      if (parts[2].innerHTML === before[2] || parts[1].innerHTML === before[1]) return;
      look.disconnect();
      requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)));
    });
    const all = { subtree: true, childList: true, attributes: true, characterData: true };
    for (const part of parts) look.observe(part, all);
    set.call(slider, value);
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    setTimeout(() => done(NaN), 5000);
  });
}
"""


def main() -> None:
    """Measure and print."""
    moves = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from countervail.cli import main; main()", "web", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(f"{address}/api/catalogue")
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            tab = browser.new_page(viewport={"width": 1400, "height": 900})
            start = time.perf_counter()
            tab.goto(address)
            tab.wait_for_selector(".answer", timeout=60_000)
            first = time.perf_counter() - start
            tab.locator(".answer", has_text="across estimates").wait_for(timeout=60_000)
            taken = []
            for move in range(moves):
                taken.append(tab.evaluate(MEASURE, [SLIDERS[move % 2], str(6 + move / 2)]))
                tab.wait_for_timeout(40)
            start = time.perf_counter()
            tab.locator(".answer", has_text="across estimates").wait_for(timeout=60_000)
            settled = time.perf_counter() - start
            browser.close()
    finally:
        server.terminate()
        server.wait(20)
    taken = sorted(taken[2:])
    print(
        f"first view {first:.2f} s; {len(taken)} moves: median {taken[len(taken) // 2]:.0f} ms, 95th percentile "
        f"{taken[int(0.95 * len(taken))]:.0f} ms, most {taken[-1]:.0f} ms; "
        f"parts and range {settled:.2f} s after the last"
    )


def _wait_for(address: str) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(address, timeout=30).read()
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit("the server does not answer")


if __name__ == "__main__":
    main()
