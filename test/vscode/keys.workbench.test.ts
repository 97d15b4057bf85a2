import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VSIX } from '../../scripts/checkout';
import { FleetWorkspace } from '../../scripts/fleet/fleetWorkspace';
import { eventually } from '../fixtures/eventually';
import { runMany } from '../fixtures/manyKeys';
import { startTcpProxy, type TcpProxy } from '../fixtures/tcpProxy';
import type { TreeRow } from './harness/treeView';
import { VsCodeServer } from './harness/vscodeServer';
import { Workbench } from './harness/workbench';

const MINERS = 4;
const MANY = 1_000_000;
/** VS Code on a busy machine; no statement about speed. */
const PATIENCE_MS = 60_000;
const EDITOR_MS = 2_000;
/** So long no entry that a test looks at expires. */
const LONG_S = 3_600;
/** So late each answer of Redis comes while the listing is watched, so that it is not over before a busy machine has looked. */
const SLOW_MS = 40;
/** What was pressed and not lost has an effect within this. */
const ASKED_MS = 10_000;
const COMMAND_TIMEOUT_MS = 10_000;
/** Redis is asked again about what is listed after five seconds. */
const UNASKED_MS = 8_000;

describe('a million keys in the window', () => {
  let fleet: FleetWorkspace;
  /** What is between the window and its Redis. */
  let proxy: TcpProxy;
  let admin: Redis;
  let server: VsCodeServer;
  let workbench: Workbench;

  beforeAll(async () => {
    fleet = await FleetWorkspace.start({ miners: MINERS, tenants: 1, seed: 7, firstNetwork: 193 });
    admin = new Redis(fleet.redis.port, '127.0.0.1');
    await runMany(fleet.redis.port, MANY, (index) => {
      // Two thirds are siblings of one level, the others a few below each of many.
      const name = index % 3 < 2 ? `shop:session:${index}` : `shop:cart:${index % 900}:${index}`;
      return ['SET', name, `value ${index}`, 'EX', String(LONG_S)];
    });
    await admin.hset(
      'types:hash',
      Object.fromEntries(Array.from({ length: 3_000 }, (_, index) => [`f${index}`, index])),
    );
    await admin.rpush('types:list', 'one', 'two');
    await admin.sadd('types:set', 'member');
    await admin.zadd('types:zset', 1.5, 'member');
    await admin.xadd('types:stream', '1-1', 'field', 'value');
    await admin.set('types:binary', Buffer.from([0, 1, 2, 0xff, 0x41]));
    await admin.set(`types:<img src=x onerror="hacked=1"> [x](command:y) $(trash)`, 'text');
    proxy = await startTcpProxy(fleet.redis.port);
    const settings = join(fleet.folder, '.vscode', 'settings.json');
    const former = JSON.parse(await readFile(settings, 'utf8'));
    const own = {
      'fleetCache.redis.url': `redis://127.0.0.1:${proxy.port}`,
      // Answers that come late come, on a busy machine too.
      'fleetCache.redis.commandTimeout': COMMAND_TIMEOUT_MS,
    };
    await writeFile(settings, JSON.stringify({ ...former, ...own }));
    server = await VsCodeServer.start({ folder: fleet.folder, extensions: [VSIX], env: fleet.environment });
    workbench = await Workbench.open(server, { width: 1400, height: 1_000 });
    await workbench.openViewContainer('Fleet Cache');
    await soon(async () => expect((await workbench.treeView('Miners').rows())[0]?.description).toMatch(/^4\/4 online/));
    await workbench.runCommand('Fleet Cache: Warm Cache…');
    await workbench.quickInput.pick('Whole fleet');
    await workbench.quickInput.toggle();
    await workbench.said(/Warmed the whole fleet/);
    await workbench.clearNotifications();
    // Rows that find no place do not exist.
    await workbench.treeView('Miners').collapseSection();
  });

  afterAll(async () => {
    await workbench?.close();
    await server?.stop();
    admin?.disconnect();
    await proxy?.stop();
    await fleet?.stop();
  });

  function soon<T>(check: () => Promise<T>): Promise<T> {
    return eventually(check, PATIENCE_MS);
  }

  function tree() {
    return workbench.treeView('Cache Keys');
  }

  async function row(label: string): Promise<TreeRow> {
    const found = (await tree().rows()).find((each) => each.label === label);
    expect(found, `row ${label}`).toBeDefined();
    return found as TreeRow;
  }

  /** How often a command was run by Redis. */
  async function callsOf(command: string): Promise<number> {
    const stats = await admin.info('commandstats');
    return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
  }

  async function closeAll(labels: readonly string[]): Promise<void> {
    for (const label of labels) {
      await tree().collapse(label);
    }
  }

  function editor() {
    return workbench.page.locator('.editor-instance .view-lines').first();
  }

  async function editorText(): Promise<string> {
    return ((await editor().textContent({ timeout: EDITOR_MS })) ?? '').replaceAll('\u00a0', ' ');
  }

  async function filterBy(condition: string, answer: () => Promise<void>): Promise<void> {
    await workbench.runCommand('Fleet Cache: Filter Keys…');
    await workbench.quickInput.pick(condition);
    await answer();
  }

  it('says how far the listing is, stops when it is told to, and goes on from there', async () => {
    proxy.delayMs = SLOW_MS;
    await tree().expandSection();
    await soon(async () => expect(await tree().message()).toMatch(/^[\d,]+ of 1,000,\d{3} keys listed …$/));
    await tree().pressTitleAction('Cancel Listing Keys');
    proxy.delayMs = 0;
    const message = await soon(async () => {
      const text = await tree().message();
      expect(text).toMatch(/^[\d,]+ of 1,000,\d{3} keys listed\. Resume to list the rest\.$/);
      return text;
    });
    const listed = Number(/^[\d,]+/.exec(message)?.[0].replaceAll(',', ''));
    expect(listed).toBeLessThan(MANY);
    // What the cache has is there before all is listed.
    await soon(async () => expect((await tree().rows()).map(({ label }) => label)).toContain('v1'));
    await workbench.screenshot('keys-cancelled');
    await tree().pressTitleAction('Resume Listing Keys');
    await soon(async () => expect(await tree().message()).toBe(''));
    await soon(async () => expect((await row('shop')).description).toBe('1,000,000 keys · foreign'));
    await soon(async () => expect((await row('shop')).icon).toBe('lock'));
  });

  it('shows a thousand siblings, and more when asked', async () => {
    await tree().open('shop', 'session');
    await soon(async () => expect((await row('session')).description).toMatch(/^[\d,]+ keys$/));
    await closeAll(['v1']);
    await tree().open('session', '0');
    await soon(async () => expect((await row('0')).description).toMatch(/^string · TTL \d+m · 7 B$/));
    await workbench.screenshot('keys-siblings');
    await tree().goToEnd();
    const more = await soon(async () => {
      const found = (await tree().rows()).find(({ label }) => label.startsWith('Show more'));
      expect(found).toBeDefined();
      return found as TreeRow;
    });
    expect(more.label).toMatch(/^Show more \([\d,]+ not shown\)$/);
    await tree().click(more.label, async () => {
      await tree().goToEnd();
      const last = (await tree().rows()).at(-1);
      expect(last?.label).toMatch(/^(Show more \([\d,]+ not shown\)|types|v1)$/);
      expect((await tree().rows()).some(({ label }) => label === more.label)).toBe(false);
    });
    await tree().goToStart();
    await closeAll(['shop']);
  });

  it('finds keys by a filter, says which one, and lists all again without', async () => {
    await filterBy('Pattern…', () => workbench.quickInput.answer('shop:cart:8:*'));
    await soon(async () => expect(await tree().description()).toBe('shop:cart:8:*'));
    await soon(async () => expect(await tree().message()).toBe('Only shop:cart:8:*.'));
    await soon(async () =>
      expect((await row('shop')).description).toMatch(/^\d{3} keys · foreign$|^1,\d{3} keys · foreign$/),
    );
    await workbench.screenshot('keys-filtered');
    await tree().pressTitleAction('Clear Key Filter');
    await soon(async () => expect(await tree().description()).toBe(''));
    await soon(async () => expect(await tree().message()).toBe(''));
    await filterBy('Type…', () => workbench.quickInput.pick('hash'));
    await soon(async () => expect((await row('types')).description).toBe('1 key · foreign'));
    await workbench.runCommand('Fleet Cache: Clear Key Filter');
    await soon(async () => expect((await row('shop')).description).toBe('1,000,000 keys · foreign'));
  });

  it('opens values of any type as read-only documents, page by page, and what is binary in hexadecimal', async () => {
    await tree().open('types', 'hash');
    await tree().click('hash', async () => expect(await editorText()).toMatch(/\/\/ Shown: [\d,]+ of 3,000 fields/));
    await workbench.screenshot('keys-hash');
    const lens = workbench.page.locator('.codelens-decoration a', { hasText: 'Load more' }).first();
    // Who presses it again while Redis has not answered gets one page, and not the same one twice.
    const pages = await callsOf('hscan');
    let presses = 0;
    proxy.delayMs = 10 * SLOW_MS;
    await soon(async () => {
      // A press that hits while it is drawn anew does nothing.
      presses++;
      await lens.dblclick({ timeout: ASKED_MS });
      await eventually(
        async () => expect(await editorText()).toMatch(/\/\/ Shown: [1-3],\d{3} of 3,000 fields/),
        ASKED_MS,
      );
    });
    proxy.delayMs = 0;
    expect((await callsOf('hscan')) - pages).toBeLessThanOrEqual(presses);
    await tree().click('binary', async () => expect(await editorText()).toContain('00000000  00 01 02 ff 41'));
    await tree().click('stream', async () =>
      expect(await editorText()).toContain('{ "id": "1-1", "fields": { "field": "value" } }'),
    );
    expect(await workbench.page.evaluate('window.hacked')).toBeUndefined();
    await workbench.screenshot('keys-types');
    await workbench.runCommand('View: Close All Editors');
    await closeAll(['types']);
  });

  /** A miner's id, of which the tree shows the entries. */
  async function openedMiner(): Promise<string> {
    await tree().goToStart();
    await tree().open('v1', 'cache');
    await tree().open('cache', 'miner');
    await tree().expand('miner');
    const minerId = await soon(async () => {
      const found = (await tree().rows()).find(({ level, label }) => level === 4 && /-\d{4}$/.test(label));
      expect(found).toBeDefined();
      return found?.label ?? '';
    });
    await tree().expand(minerId);
    return minerId;
  }

  it('shows entries with freshness, TTL, age and size, and counts down', async () => {
    await openedMiner();
    const config = await soon(async () => {
      const found = await row('config');
      expect(found.description).toMatch(/^fresh · TTL \d+m( \d+s)? · (\d+m )?(\d+s old|just fetched) · [\d.]+ k?B$/);
      return found;
    });
    expect(config.icon).toBe('pass-filled');
    expect(config.accessibleName).toMatch(/^Key config, entry, fresh, TTL /);
    await soon(async () => expect((await row('config')).description).not.toBe(config.description));
  });

  it('tells whether the cache lies, beside what the miner says now, and writes nothing', async () => {
    const minerId = await openedMiner();
    const key = `v1:cache:miner:${minerId}:config`;
    await soon(() => row('config'));
    await tree().choose('config', 'Compare with Miner', async () =>
      expect((await workbench.notifications()).join()).toMatch(/miner:config\. The cache does not lie/),
    );
    await workbench.page.locator('.tab', { hasText: /miner:config, cached ↔ now: the cache does not lie/ }).waitFor();
    await workbench.clearNotifications();
    // Somebody changed the entry: it says otherwise than the miner, and is still valid.
    const entry = JSON.parse((await admin.get(key)) ?? '');
    entry.data = { ...entry.data, pools: [] };
    entry.data.poolGroups = [];
    await admin.set(key, JSON.stringify(entry), 'KEEPTTL');
    await tree().choose('config', 'Compare with Miner', async () =>
      expect((await workbench.notifications()).join()).toMatch(/The cache lies: .*pool/i),
    );
    await workbench.page.locator('.tab', { hasText: /the cache lies about/ }).waitFor();
    await workbench.page.locator('.diffDiffEditor, .monaco-diff-editor').first().waitFor();
    await workbench.screenshot('keys-compare');
    expect(JSON.parse((await admin.get(key)) ?? '')).toEqual(entry);
    await workbench.clearNotifications();
    // Fetched anew, it is right.
    await tree().choose('config', 'Refresh Now', async () =>
      expect((await workbench.notifications()).join()).toContain('1 key fetched anew.'),
    );
    expect(JSON.parse((await admin.get(key)) ?? '').data).not.toEqual(entry.data);
    await workbench.clearNotifications();
    await workbench.runCommand('View: Close All Editors');
  });

  it('sets a TTL in words, and takes nothing else', async () => {
    const minerId = await openedMiner();
    await soon(() => row('details'));
    await tree().choose('details', 'Set TTL…', () => workbench.quickInput.opens());
    await workbench.quickInput.type('soon');
    await soon(async () => expect(await workbench.quickInput.message()).toContain('"soon" is no time'));
    await workbench.screenshot('keys-ttl');
    await workbench.quickInput.answer('2h');
    await soon(async () => expect(await admin.ttl(`v1:cache:miner:${minerId}:details`)).toBeGreaterThan(7_000));
    await soon(async () => expect((await row('details')).description).toMatch(/ · TTL (2h 0m|1h 59m) · /));
    await workbench.clearNotifications();
    await closeAll(['v1']);
  });

  it('deletes keys that are selected together, and keys of others only with consent of its own', async () => {
    for (const name of ['a', 'b', 'c', 'd']) {
      await admin.set(`v1:bench:gone:${name}`, 'x', 'EX', LONG_S);
      await admin.set(`types:gone:${name}`, 'x', 'EX', LONG_S);
    }
    await workbench.runCommand('Fleet Cache: Refresh Keys');
    await tree().open('v1', 'bench');
    await tree().open('bench', 'gone');
    await tree().open('gone', 'a');
    await soon(async () => expect((await row('a')).description).toMatch(/^string · TTL/));
    await tree().chooseForAll(
      ['a', 'b', 'c'],
      'Delete Key…',
      async () => expect(await workbench.shownDialogText()).toContain('Delete 3 keys?'),
      () => workbench.cancelDialog(),
    );
    const question = await workbench.dialogText();
    expect(question).toContain('v1:bench:gone:a, v1:bench:gone:b, v1:bench:gone:c');
    await workbench.screenshot('keys-delete');
    await workbench.pressDialogButton('Delete');
    await soon(async () => expect(await admin.exists('v1:bench:gone:a', 'v1:bench:gone:b', 'v1:bench:gone:c')).toBe(0));
    await soon(async () => expect((await tree().rows()).map(({ label }) => label)).not.toContain('a'));
    await soon(() => row('d'));
    await workbench.clearNotifications();
    await closeAll(['bench', 'v1']);

    await tree().open('types', 'gone');
    await tree().open('gone', 'a');
    await tree().choose('a', 'Delete Key…', async () =>
      expect(await workbench.shownDialogText()).toContain("Delete a key that is not the cache's?"),
    );
    await workbench.screenshot('keys-foreign');
    await workbench.pressDialogButton('Cancel');
    expect(await admin.exists('types:gone:a')).toBe(1);
    await tree().choose('a', 'Delete Key…', async () =>
      expect(await workbench.shownDialogText()).toContain("not the cache's"),
    );
    await workbench.pressDialogButton('Delete Foreign Key');
    await soon(async () => expect(await admin.exists('types:gone:a')).toBe(0));
    await workbench.clearNotifications();
    await workbench.runCommand('View: Close All Editors');
  });

  it('copies keys of the cache and of others that are selected together, and deletes each kind with its own consent', async () => {
    await admin.set('v1:bench:mixed:mine', 'one', 'EX', LONG_S);
    await admin.set('elsewhere:theirs', 'two', 'EX', LONG_S);
    await workbench.runCommand('Fleet Cache: Refresh Keys');
    await tree().open('elsewhere', 'theirs');
    await tree().open('v1', 'bench');
    await tree().open('bench', 'mixed');
    await tree().open('mixed', 'mine');
    await soon(async () => expect((await row('mine')).description).toMatch(/^string · TTL/));
    const both = ['theirs', 'mine'];
    const expectCopied = async (command: string, lines: readonly string[]) => {
      await workbench.setClipboard('nothing yet');
      await tree().chooseForAll(both, command, async () =>
        expect((await workbench.clipboard()).split('\n').sort()).toEqual(lines),
      );
    };
    await expectCopied('Copy Key', ['elsewhere:theirs', 'v1:bench:mixed:mine']);
    await expectCopied('Copy Value', ['one', 'two']);
    const { port } = proxy;
    await expectCopied('Copy redis-cli Command', [
      `redis-cli -h 127.0.0.1 -p ${port} GET elsewhere:theirs`,
      `redis-cli -h 127.0.0.1 -p ${port} GET v1:bench:mixed:mine`,
    ]);

    const begin = () =>
      tree().chooseForAll(
        both,
        'Delete Key…',
        async () => expect(await workbench.shownDialogText()).toContain('Delete v1:bench:mixed:mine?'),
        () => workbench.cancelDialog(),
      );
    await begin();
    await workbench.pressDialogButton('Delete');
    await soon(async () => expect(await workbench.dialogText()).toContain("Delete a key that is not the cache's?"));
    // Without the second consent none of them goes.
    await workbench.pressDialogButton('Cancel');
    expect(await admin.exists('v1:bench:mixed:mine', 'elsewhere:theirs')).toBe(2);
    await begin();
    await workbench.pressDialogButton('Delete');
    await soon(async () => expect(await workbench.dialogText()).toContain("not the cache's"));
    await workbench.pressDialogButton('Delete Foreign Key');
    await soon(async () => expect(await admin.exists('v1:bench:mixed:mine', 'elsewhere:theirs')).toBe(0));
    await soon(async () => expect((await tree().rows()).map(({ label }) => label)).not.toContain('theirs'));
    await workbench.clearNotifications();
    await closeAll(['bench', 'v1']);
  });

  it('sorts each level by size and by TTL, to its end', async () => {
    const sizes = [10, 5_000, 300, 80_000, 40, 1_500];
    for (const [index, size] of sizes.entries()) {
      await admin.set(`sorted:k${index}`, 'x'.repeat(size), 'EX', 1_000 + 100 * ((index * 5) % 6));
    }
    await workbench.runCommand('Fleet Cache: Refresh Keys');
    await tree().open('sorted', 'k0');
    const labels = async () => (await tree().rows()).map(({ label }) => label).filter((label) => /^k\d$/.test(label));
    await soon(async () => expect(await labels()).toEqual(['k0', 'k1', 'k2', 'k3', 'k4', 'k5']));
    // Redis is asked for the sizes, and its answers may take longer than VS Code to draw the rows that are there until then.
    proxy.delayMs = 10 * SLOW_MS;
    await workbench.runCommand('Fleet Cache: Sort Keys…');
    await workbench.quickInput.pick('Size');
    await soon(async () => expect(await labels()).toEqual(['k3', 'k1', 'k5', 'k2', 'k4', 'k0']));
    proxy.delayMs = 0;
    await workbench.screenshot('keys-sorted');
    await workbench.runCommand('Fleet Cache: Sort Keys…');
    await workbench.quickInput.pick('TTL');
    await soon(async () => expect(await labels()).toEqual(['k0', 'k5', 'k4', 'k3', 'k2', 'k1']));
    await workbench.runCommand('Fleet Cache: Sort Keys…');
    await workbench.quickInput.pick('Name');
    await soon(async () => expect(await labels()).toEqual(['k0', 'k1', 'k2', 'k3', 'k4', 'k5']));
    await closeAll(['sorted']);
  });

  it('asks Redis for nothing while nobody can see it', async () => {
    const asked = () => Promise.all([callsOf('scan'), callsOf('pttl')]);
    const seen = await asked();
    await soon(async () => expect(await asked()).not.toEqual(seen));
    await tree().collapseSection();
    // What was asked before is answered some time after.
    const hidden = await soon(async () => {
      const before = await asked();
      await workbench.page.waitForTimeout(UNASKED_MS);
      expect(await asked()).toEqual(before);
      return before;
    });
    await tree().expandSection();
    await soon(async () => expect(await asked()).not.toEqual(hidden));
    await soon(() => row('types'));
  });

  it('changes nothing over a read-only connection', async () => {
    await workbench.runCommand('Fleet Cache: Make Connection Read-Only');
    await workbench.quickInput.pick('default');
    await workbench.said('is read-only');
    await workbench.clearNotifications();
    // All is connected and listed anew.
    await tree().expandSection();
    await soon(async () => {
      await tree().expand('types');
      await tree().expand('gone');
      await row('b');
    });
    for (const command of ['Delete Key…', 'Set TTL…']) {
      await tree().choose('b', command, async () =>
        expect((await workbench.notifications()).join()).toMatch(/is read-only, because it was made so/),
      );
      await workbench.clearNotifications();
    }
    expect(await admin.exists('types:gone:b')).toBe(1);
  });
});
