import { describe, expect, it } from 'vitest';
import { readMinersCsv } from '../../../src/fleet/minersCsv';

describe('readMinersCsv', () => {
  it('reads all columns, in any order and case, and leaves out what is empty', () => {
    const { entries, problems } = readMinersCsv(
      'Host,ID,port,Tenant,tags,tls,credentials\r\n192.168.1.10,m1,4028,"Farm, north",s19;rack-3,yes,other\r\n[::1],m2,,,,,\r\n',
    );
    expect(problems).toEqual([]);
    expect(entries).toEqual([
      {
        id: 'm1',
        host: '192.168.1.10',
        port: 4_028,
        tenant: 'Farm, north',
        tags: ['s19', 'rack-3'],
        tls: true,
        credentials: 'other',
      },
      { id: 'm2', host: '[::1]' },
    ]);
  });

  it('reads what a spreadsheet writes where the comma is for decimals', () => {
    expect(readMinersCsv('\uFEFFid;host;tags\nm1;h1;a,b').entries).toEqual([
      { id: 'm1', host: 'h1', tags: ['a', 'b'] },
    ]);
  });

  it('names line and column of what is wrong, and keeps the lines that are right', () => {
    const { entries, problems } = readMinersCsv(
      [
        'id,host,port,tls',
        'm1,h1,99999,',
        'm2,h2',
        '"m\n3",h3,,',
        'm4,h4,,perhaps',
        'm5,h5:80,,',
        'm6,h6,,',
        'm6,h7,,',
        ',h8,,',
      ].join('\n'),
    );
    expect(entries).toEqual([{ id: 'm6', host: 'h6' }]);
    expect(problems).toEqual([
      { line: 2, column: 7, message: expect.stringContaining('The port 99999 is not a TCP port') },
      { line: 3, column: 1, message: expect.stringContaining('This line has 2 fields; the header has 4') },
      { line: 4, column: 1, message: expect.stringContaining('cannot be shown or addressed') },
      { line: 6, column: 8, message: expect.stringContaining('"tls" has to be true or false') },
      { line: 7, column: 4, message: expect.stringContaining('contains a port') },
      { line: 9, column: 1, message: expect.stringContaining('The id "m6" is taken by the miner in line 8') },
      { line: 10, column: 1, message: expect.stringContaining('This miner has no "id"') },
    ]);
  });

  it('lists every problem of a long file', () => {
    const lines = Array.from({ length: 1_000 }, (_, index) => `m${index},h:1`);
    const { entries, problems } = readMinersCsv(['id,host', ...lines].join('\n'));
    expect(entries).toEqual([]);
    expect(problems).toHaveLength(1_000);
    expect(problems.at(-1)).toMatchObject({ line: 1_001, column: 6 });
  });

  it.each([
    ['', 'The file is empty'],
    ['id,port\nm1,1', 'There is no column "host"'],
    ['id,host,colour\nm1,h1,red', 'There is no column "colour"'],
    ['id,host,ID\nm1,h1,m1', 'The column "id" stands twice'],
    ['id,host\n"m1,h1', 'never closed'],
  ])('reads nothing of %j, and says why', (text, message) => {
    const { entries, problems } = readMinersCsv(text);
    expect(entries).toEqual([]);
    expect(problems[0]?.message).toContain(message);
  });

  it('takes no logins, and repeats none', () => {
    const { entries, problems } = readMinersCsv('id,host,password\nm1,h1,hunter2');
    expect(entries).toEqual([]);
    expect(problems[0]).toMatchObject({ line: 1, column: 9, message: expect.stringContaining('Set Miner Login') });
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });
});
