import { type Dataset, type Policies, type Policy, policiesWithTtls } from '../cache/policy';
import type { WriteAccess } from './writeAccess';

/** The policies of this instance, whose TTLs can be changed while it runs. */
export class TtlSettings {
  private readonly current: Record<Dataset, Policy>;

  /** What of the TTLs that it began with cannot be used, for people; the defaults stand in for it. */
  readonly problems: readonly string[];

  /** @param ttls in seconds by dataset, as a person wrote them. */
  constructor(
    ttls: Readonly<Record<string, unknown>>,
    private readonly access: Pick<WriteAccess, 'require'>,
  ) {
    const { policies, problems } = policiesWithTtls(ttls);
    this.current = { ...policies };
    this.problems = problems.map(({ message }) => message);
  }

  /** Always the same object: who holds it sees each change. */
  get policies(): Policies {
    return this.current;
  }

  /**
   * Changes how long what this instance fetches from now on counts as fresh. Entries that are there keep their TTL; other
   * instances theirs.
   *
   * @param ttlS within the band of the dataset's strategy.
   * @returns the TTL before, in seconds.
   * @throws {ReadOnlyError}
   * @throws {ConfigurationError} that names the band.
   */
  async set(dataset: Dataset, ttlS: number): Promise<number> {
    await this.access.require(`set the TTL of ${dataset}`);
    const { policies, problems } = policiesWithTtls({ [dataset]: ttlS });
    const [problem] = problems;
    if (problem !== undefined) {
      throw problem;
    }
    const former = this.current[dataset].ttlS;
    this.current[dataset] = policies[dataset];
    return former;
  }
}
