import type { DashboardLayout } from '../../protocol/dashboard';

/** What a page is made of. Addresses are those that the webview may load. */
export interface PageParts {
  readonly layout: DashboardLayout | 'benchmark';
  /** As VS Code names the origin of the webview's own files. */
  readonly cspSource: string;
  readonly script: string;
  readonly style: string;
  /** Of this page alone, and not to be guessed. */
  readonly nonce: string;
}

/** The page without anything in it: all that it shows comes by messages, and is put in as text. */
export function pageHtml({ layout, cspSource, script, style, nonce }: PageParts): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource} 'nonce-${nonce}'`,
    `img-src ${cspSource}`,
    `font-src ${cspSource}`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="UTF-8">
    <meta http-equiv="Content-Security-Policy" content="${policy}">
    <meta name="viewport" content="width=device-width, initial-scale=1.0">
    <link rel="stylesheet" nonce="${nonce}" href="${style}">
    <title>Fleet Cache</title>
  </head>
  <body data-layout="${layout}">
    <script nonce="${nonce}" src="${script}"></script>
  </body>
</html>
`;
}
