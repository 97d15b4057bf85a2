import { VSIX } from '../scripts/checkout';
import { FleetWorkspace } from '../scripts/fleet/fleetWorkspace';
import { runMany } from '../test/fixtures/manyKeys';
import { VsCodeServer } from '../test/vscode/harness/vscodeServer';
import { Workbench } from '../test/vscode/harness/workbench';
import type { Figure } from './figures';

const SIBLINGS = 1_000;
const REPETITIONS = 7;
/** The first one compiles what the others find. */
const WARM_UPS = 1;
const LISTED_TIMEOUT_MS = 60_000;
const DRAWN_TIMEOUT_MS = 30_000;
/** Until what an earlier level began is over. */
const SETTLE_MS = 2_000;

/**
 * What a user waits for who opens a namespace of 1,000 keys in the Cache Keys view: from the press of the button until a frame shows
 * its rows, with type, TTL and size of each key as they were asked of Redis. Each time a namespace that was never open.
 */
export async function measureKeysTree(report: (line: string) => void): Promise<Figure[]> {
  const fleet = await FleetWorkspace.start({ miners: 1, tenants: 1, firstNetwork: 229 });
  const total = (REPETITIONS + WARM_UPS) * SIBLINGS;
  await runMany(fleet.redis.port, total, (index) => {
    const key = `level${Math.floor(index / SIBLINGS)}:key-${String(index % SIBLINGS).padStart(4, '0')}`;
    return ['SET', key, `value ${index}`, 'EX', '86400'];
  });
  const server = await VsCodeServer.start({ folder: fleet.folder, extensions: [VSIX], env: fleet.environment });
  const workbench = await Workbench.open(server, { width: 1400, height: 900 });
  const drawn: number[] = [];
  try {
    await workbench.openViewContainer('Fleet Cache');
    await workbench.page
      .locator('.pane-header', { hasText: /^Miners/ })
      .first()
      .click();
    const tree = workbench.treeView('Cache Keys');
    await tree.expandSection();
    for (let repetition = 0; repetition < REPETITIONS + WARM_UPS; repetition++) {
      const label = `level${repetition}`;
      await tree.row(label).waitFor({ timeout: LISTED_TIMEOUT_MS });
      await tree.row(label).getByText('1,000 keys').waitFor({ timeout: LISTED_TIMEOUT_MS });
      await workbench.page.waitForTimeout(SETTLE_MS);
      const tookMs = workbench.page.evaluate<number>(WHEN_DRAWN);
      await tree.row(label).click();
      if (repetition >= WARM_UPS) {
        drawn.push(await tookMs);
        report(`level ${repetition} of ${REPETITIONS}: drawn after ${Math.round(await tookMs)} ms`);
      }
      await tookMs;
      await tree.row(label).click();
    }
  } finally {
    await workbench.close();
    await server.stop();
    await fleet.stop();
  }
  return [{ name: `${SIBLINGS.toLocaleString('en')} sibling keys drawn`, unit: 'ms', values: drawn, limit: 300 }];
}

/** Runs in the window: resolves to the time from the next press until a frame shows rows of keys, in ms. */
const WHEN_DRAWN = `new Promise((resolve, reject) => {
  const timer = setTimeout(() => reject(new Error('the keys were not drawn in time')), ${DRAWN_TIMEOUT_MS});
  let pressedAt;
  document.addEventListener('mousedown', () => { pressedAt = performance.now(); }, { capture: true, once: true });
  const check = () => {
    const rows = [...document.querySelectorAll('.sidebar .monaco-list-row')];
    const keys = rows.filter((row) => /^key-\\d+$/.test(row.querySelector('.label-name')?.textContent ?? ''));
    const known = keys.filter((row) => /string · TTL .* B$/.test(row.querySelector('.label-description')?.textContent ?? ''));
    if (pressedAt !== undefined && known.length > 5 && known.length === keys.length) {
      observer.disconnect();
      clearTimeout(timer);
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - pressedAt)));
    }
  };
  const observer = new MutationObserver(check);
  observer.observe(document.body, { subtree: true, childList: true, characterData: true });
})`;
