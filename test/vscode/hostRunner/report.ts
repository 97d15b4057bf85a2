/** One thing that happened in a run inside the extension host. The report is a file with one of these per line, as JSON. */
export type HostEvent =
  | { readonly kind: 'suite'; readonly title: string; readonly depth: number }
  | { readonly kind: 'pass'; readonly title: string; readonly depth: number; readonly ms: number }
  | { readonly kind: 'pending'; readonly title: string; readonly depth: number }
  | { readonly kind: 'fail'; readonly title: string; readonly depth: number; readonly error: string }
  /** The run could not begin, or broke down. */
  | { readonly kind: 'crash'; readonly error: string }
  /** Nothing follows. */
  | { readonly kind: 'end' };

/** Environment variable with the path of the report. */
export const REPORT_VARIABLE = 'FLEET_CACHE_TEST_REPORT';

/** Environment variable that makes the runner start by itself once VS Code is up. */
export const AUTOSTART_VARIABLE = 'FLEET_CACHE_TEST_AUTOSTART';
