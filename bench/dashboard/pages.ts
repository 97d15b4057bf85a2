import { THEMES } from '../../test/webview/harness/themes';
import type { WebviewFiles } from './webviewServer';

const NONCE = 'bm9uY2VGb3JUaGlzUGFnZQ';
const CSP = `default-src 'none'; script-src 'nonce-${NONCE}'; style-src 'self' 'nonce-${NONCE}'`;

/** The kinds of events that the scenario publishes, as their buttons in the page begin. */
export const COUNTED_KINDS = ['Status', 'Config', 'Invalidated'];

/** What the page is asked about itself, in `window.probe` of its frame. */
export interface Probe {
  /** Of `performance.now`, for each frame. */
  readonly frames: number[];
  /** When a frame was drawn with another count of events, in ms since the epoch, and that count. */
  readonly drawn: [at: number, count: number][];
  /** When the first chart was drawn, in ms since the epoch. */
  readonly firstChartAt: number;
}

/** The frame of the workbench, the page's own frame within it, and the page's files. */
export function webviewFiles(script: string, styles: string): WebviewFiles {
  return {
    '/': { type: 'text/html', text: WORKBENCH },
    '/page': { type: 'text/html', text: pageHtml() },
    '/dashboard.js': { type: 'text/javascript', text: script },
    '/dashboard.css': { type: 'text/css', text: styles },
  };
}

/** Hands messages on, as the workbench does. */
const WORKBENCH = `<!DOCTYPE html>
<html><body style="margin:0"><script>
  const frame = document.createElement('iframe');
  frame.style = 'border:0;width:100vw;height:100vh;display:block';
  frame.src = 'http://localhost:' + location.port + '/page';
  document.body.append(frame);
  const opening = fetch('/messages');
  // A stream of lines, as a driver that looks on is told each message of a socket whole.
  opening.then(async ({ body }) => {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let parts = [];
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      const lines = read.value.split('\\n');
      for (const line of lines.slice(0, -1)) {
        frame.contentWindow.postMessage(JSON.parse(parts.join('') + line), '*');
        parts = [];
      }
      parts.push(lines.at(-1));
    }
  });
  window.addEventListener('message', async ({ data }) => {
    await opening;
    fetch('/said', { method: 'POST', body: JSON.stringify(data) });
  });
</script></body></html>`;

function pageHtml(): string {
  const { bodyClass, variables } = THEMES.dark;
  return `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${CSP}">
  <title>Fleet Cache</title>
  <link rel="stylesheet" href="/dashboard.css">
  <script nonce="${NONCE}">
    for (const [name, value] of ${JSON.stringify(Object.entries(variables))}) {
      document.documentElement.style.setProperty(name, value);
    }
    window.acquireVsCodeApi = () => ({
      postMessage: (message) => parent.postMessage(message, '*'),
      getState: () => ({ range: '6h' }),
      setState: () => {},
    });
    ${PROBE}
  </script>
</head>
<body class="${bodyClass}" data-layout="panel">
  <script nonce="${NONCE}" src="/dashboard.js"></script>
</body>
</html>`;
}

/** After the task in which a frame was drawn comes the frame's own work, and then the next task. */
const PROBE = `
    const probe = window.probe = { frames: [], drawn: [], firstChartAt: 0 };
    const afterFrame = (note) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = note;
      port2.postMessage(undefined);
    };
    const frame = (at) => { probe.frames.push(at); requestAnimationFrame(frame); };
    requestAnimationFrame(frame);
    let [last, hasChart] = [0, false];
    const counted = () => {
      let sum = 0;
      for (const button of document.querySelectorAll('.events .filters button')) {
        const [, kind, count = '0'] = /^(\\w+) ?([\\d,]*)$/.exec(button.textContent) ?? [];
        sum += ${JSON.stringify(COUNTED_KINDS)}.includes(kind) ? Number(count.replaceAll(',', '')) : 0;
      }
      return sum;
    };
    new MutationObserver(() => {
      if (!hasChart && document.querySelector('.uplot canvas') !== null) {
        hasChart = true;
        afterFrame(() => { probe.firstChartAt = Date.now(); });
      }
      const count = counted();
      if (count !== last) {
        last = count;
        afterFrame(() => probe.drawn.push([Date.now(), count]));
      }
    }).observe(document, { subtree: true, childList: true, characterData: true });
`;
