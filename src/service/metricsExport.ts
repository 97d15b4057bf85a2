import type { CacheService } from '../cache/cacheService';
import type { Policies } from '../cache/policy';
import { metricsCsv } from './metricsCsv';
import { type MetricsReport, reportMetrics } from './metricsReport';
import { prometheusText } from './prometheusText';

export interface MetricsExportOptions {
  readonly cache: CacheService;
  readonly policies: Policies;
  readonly instance: MetricsReport['instance'];
}

/** The figures of this instance, for other programs. Asks neither Redis nor miners. */
export class MetricsExport {
  constructor(private readonly options: MetricsExportOptions) {}

  /** As Prometheus reads them: `text/plain; version=0.0.4`. */
  prometheus(): Promise<string> {
    return prometheusText(this.report());
  }

  /** As a table, for spreadsheets. */
  csv(): string {
    return metricsCsv(this.report());
  }

  /** Has the counting of this instance begin anew. What is cached stays, and so do the figures of others. */
  reset(): void {
    this.options.cache.metrics.reset();
  }

  private report(): MetricsReport {
    const { cache, policies, instance } = this.options;
    return reportMetrics(cache, policies, instance);
  }
}
