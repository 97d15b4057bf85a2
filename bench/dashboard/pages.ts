import { themedPage } from '../../test/webview/harness/themedPage';
import type { WebviewFiles } from './webviewServer';

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
    '/page': { type: 'text/html', text: themedPage('dark', 'panel', `${VS_CODE}${PROBE}`) },
    '/page.js': { type: 'text/javascript', text: script },
    '/page.css': { type: 'text/css', text: styles },
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

/** What the page says goes to the workbench, and nothing is kept for it. */
const VS_CODE = `window.acquireVsCodeApi = () => ({
      postMessage: (message) => parent.postMessage(message, '*'),
      getState: () => ({ range: '6h' }),
      setState: () => {},
    });`;

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
