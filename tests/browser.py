#!/usr/bin/python3
"""browser.py WIDTH [-d] [-s FOLDER] PAGE...: pages (files, URLs) in Chromium, by its protocol over a pipe, no network.

Prints what is wrong with each, a line each: it is wider than the window, text is cut off or lies over other text, it has too
little contrast, a link or a button is too small for a finger; what was said on the console; what was loaded but the page and
its style sheet. -d: where the reader has it dark. -s: a picture of each page."""
import base64, getopt, json, os, pathlib, subprocess, sys

MEASURE = r'''(() => {
	const wrong = [], width = document.documentElement.clientWidth;
	if (document.documentElement.scrollWidth > width) wrong.push('wider than the window: ' + document.documentElement.scrollWidth);
	const boxes = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	for (let node; node = walker.nextNode();) {
		if (!node.data.trim()) continue;
		const range = document.createRange();
		range.selectNodeContents(node);
		for (const r of range.getClientRects())
			if (r.width > 1 && r.height > 1) {
				boxes.push([r, node]);
				if (r.left < -1 || r.right > width + 1) wrong.push('cut off: ' + node.data.trim().slice(0, 40));
			}
	}
	for (let i = 0; i < boxes.length; i++)
		for (let j = i + 1; j < boxes.length && j < i + 40; j++) {
			const [a, x] = boxes[i], [b, y] = boxes[j];
			const w = Math.min(a.right, b.right) - Math.max(a.left, b.left), h = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
			if (w > 2 && h > 6) wrong.push('overlap: ' + x.data.trim().slice(0, 30) + ' / ' + y.data.trim().slice(0, 30));
		}
	const rgb = c => c.match(/[\d.]+/g).map(Number);
	const light = c => [.2126, .7152, .0722].reduce((sum, k, i) => {
		const v = rgb(c)[i] / 255; return sum + k * (v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); }, 0);
	const seen = new Set();
	for (const [, node] of boxes) {
		const style = getComputedStyle(node.parentElement);
		let ground = node.parentElement, color;
		while (ground && (color = getComputedStyle(ground).backgroundColor) === 'rgba(0, 0, 0, 0)') ground = ground.parentElement;
		const [a, b] = [light(style.color), light(ground ? color : 'rgb(255, 255, 255)')];
		const contrast = (Math.max(a, b) + .05) / (Math.min(a, b) + .05), key = style.color + color;
		if (contrast < 4.5 && !seen.has(key)) { seen.add(key); wrong.push('contrast ' + contrast.toFixed(1) + ': ' + node.data.trim().slice(0, 30)); }
	}
	for (const a of document.querySelectorAll('nav a')) {
		const r = a.getBoundingClientRect();
		if (r.height < 24) wrong.push('small: ' + a.textContent + ' ' + r.height);
	}
	if (getComputedStyle(document.body).maxWidth === 'none') wrong.push('no style');
	if (document.scripts.length) wrong.push('script');
	if (document.querySelectorAll('h1').length !== 1 || document.querySelectorAll('main').length !== 1) wrong.push('no h1 or main');
	return wrong.slice(0, 20);
})()'''


class Browser:
    def __init__(self):
        down, up = os.pipe(), os.pipe()

        def connect():
            os.dup2(down[0], 103), os.dup2(up[1], 104)
            os.dup2(103, 3), os.dup2(104, 4)

        self.process = subprocess.Popen(
            ['chromium-headless-shell', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--remote-debugging-pipe'],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, close_fds=False, preexec_fn=connect)
        os.close(down[0]), os.close(up[1])
        self.out, self.into, self.held, self.number, self.events = down[1], up[0], b'', 0, []

    def receive(self):
        while b'\0' not in self.held:
            more = os.read(self.into, 1 << 16)
            if not more:
                sys.exit('browser.py: the browser has gone')
            self.held += more
        message, self.held = self.held.split(b'\0', 1)
        return json.loads(message)

    def call(self, method, session=None, **params):
        self.number += 1
        message = {'id': self.number, 'method': method, 'params': params}
        if session:
            message['sessionId'] = session
        os.write(self.out, json.dumps(message).encode() + b'\0')
        while True:
            answer = self.receive()
            if answer.get('id') == self.number:
                return answer.get('result', answer)
            self.events.append(answer)

    def wait(self, method):
        while True:
            for i, event in enumerate(self.events):
                if event.get('method') == method:
                    return self.events.pop(i)
            self.events.append(self.receive())


def look(browser, session, url, picture):
    browser.events.clear()
    browser.call('Page.navigate', session, url=url)
    browser.wait('Page.loadEventFired')
    wrong = browser.call('Runtime.evaluate', session, expression=MEASURE, returnByValue=True)['result'].get('value', ['not measured'])
    if picture:
        shot = browser.call('Page.captureScreenshot', session, captureBeyondViewport=True)
        pathlib.Path(picture).write_bytes(base64.b64decode(shot['data']))
    for event in browser.events:
        params = event.get('params', {})
        if event.get('method') == 'Network.requestWillBeSent':
            asked = params['request']['url']
            if asked.split('#')[0] != url.split('#')[0] and not asked.endswith('/style.css'):
                wrong.append('loads ' + asked)
        elif event.get('method') in ('Log.entryAdded', 'Runtime.consoleAPICalled', 'Runtime.exceptionThrown'):
            wrong.append('console: ' + json.dumps(params.get('entry', params))[:200])
    return wrong


def main():
    options, (width, *pages) = getopt.gnu_getopt(sys.argv[1:], 'ds:')
    options, browser = dict(options), Browser()
    target = browser.call('Target.createTarget', url='about:blank')['targetId']
    session = browser.call('Target.attachToTarget', targetId=target, flatten=True)['sessionId']
    for domain in ('Page', 'Network', 'Log', 'Runtime'):
        browser.call(domain + '.enable', session)
    browser.call('Emulation.setDeviceMetricsOverride', session, width=int(width), height=900, deviceScaleFactor=1, mobile=int(width) < 600)
    browser.call('Emulation.setEmulatedMedia', session, features=[{'name': 'prefers-color-scheme', 'value': 'dark' if '-d' in options else 'light'}])
    for i, page in enumerate(pages):
        url = page if '://' in page else pathlib.Path(page).resolve().as_uri()
        picture = os.path.join(options['-s'], f'{width}{"d" if "-d" in options else ""}-{i}.png') if '-s' in options else None
        for line in look(browser, session, url, picture):
            print(f'{page}: {line}')
    browser.call('Browser.close')
    browser.process.wait()


main()
