import { describe, expect, it } from 'vitest';
import { pageHtml } from '../../../../src/host/dashboard/page';

const PARTS = {
  layout: 'compact',
  cspSource: 'https://*.example',
  script: 'https://files.example/dashboard.js',
  style: 'https://files.example/dashboard.css',
  nonce: 'abc123',
} as const;

describe('the page', () => {
  const html = pageHtml(PARTS);

  it('may run its own script and nothing else', () => {
    const [, policy = ''] = /Content-Security-Policy" content="([^"]*)"/.exec(html) ?? [];
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      "script-src 'nonce-abc123'",
      "style-src https://*.example 'nonce-abc123'",
      'img-src https://*.example',
      'font-src https://*.example',
    ]);
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html).toContain('<script nonce="abc123" src="https://files.example/dashboard.js"></script>');
    expect(html).not.toMatch(/unsafe|\son\w+=|style="/);
  });

  it('knows which of the two it is', () => {
    expect(html).toContain('data-layout="compact"');
    expect(pageHtml({ ...PARTS, layout: 'panel' })).toContain('data-layout="panel"');
  });
});
