import { type PageParts, pageHtml } from '../../../src/host/dashboard/page';
import { THEMES, type ThemeName } from './themes';

const NONCE = 'bm9uY2VGb3JUaGlzUGFnZQ';

/**
 * The product's own page, under its own policy, with what VS Code puts into it: the theme, and `acquireVsCodeApi`.
 *
 * @param vsCode script that defines `window.acquireVsCodeApi`, and whatever else stands in for VS Code.
 */
export function themedPage(theme: ThemeName, layout: PageParts['layout'], vsCode: string): string {
  const { bodyClass, variables } = THEMES[theme];
  const script = `<script nonce="${NONCE}">
    for (const [name, value] of ${JSON.stringify(Object.entries(variables))}) {
      document.documentElement.style.setProperty(name, value);
    }
    ${vsCode}
  </script>`;
  return pageHtml({ layout, cspSource: "'self'", script: '/page.js', style: '/page.css', nonce: NONCE })
    .replace('</head>', () => `${script}</head>`)
    .replace('<body ', `<body class="${bodyClass}" `);
}
