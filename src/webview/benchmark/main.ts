import type { BenchmarkHostMessage, BenchmarkPageMessage, BenchmarkPageState } from '../../protocol/benchmark';
import { ReportPage } from './reportPage';

/** What VS Code gives a webview's page to speak with its host. */
interface VsCodeApi {
  postMessage(message: BenchmarkPageMessage): void;
  setState(state: BenchmarkPageState): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

const api = acquireVsCodeApi();
const page = new ReportPage((request) => api.postMessage({ type: 'request', request }));
page.start();

window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
  if (typeof data !== 'string') {
    return;
  }
  // Only the host can post here, and it says what the protocol knows.
  const message = JSON.parse(data) as BenchmarkHostMessage;
  if (message.type === 'empty') {
    page.showReason(message.reason);
    return;
  }
  const { run, comparedWith } = message.view;
  // With it the report comes back when the window is reloaded.
  api.setState(comparedWith === undefined ? { run } : { run, comparedWith });
  page.show(message.view);
});

api.postMessage({ type: 'ready' });
