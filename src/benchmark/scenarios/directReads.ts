import { LATENCY_MEASURES, latencyFigures } from '../sampling';
import { NotMeasurable, type Scenario, type Turn } from '../scenario';

/** What every reader would pay without a cache. */
export const directReads: Scenario = {
  id: 'direct',
  title: 'Read from the miners',
  description: 'The status of a few miners that answer, read one after the other past every cache.',
  measures: [...LATENCY_MEASURES, { id: 'recorded', label: 'Mean, as recorded before', unit: 'ms', better: 'lower' }],
  async run(turn: Turn) {
    const readings = await turn.readDirectly();
    if (readings.type === 'none') {
      throw new NotMeasurable(readings.reason);
    }
    if (readings.type === 'recorded') {
      turn.note(`${readings.reason} The figure is what reading a status took this window on average before.`);
      return { recorded: readings.meanMs };
    }
    const { latenciesMs, miners } = readings;
    turn.note(
      `${miners === 1 ? 'One miner was' : `${miners} miners were`} read, ${latenciesMs.length} times in each repeat: few enough not to burden the fleet, and few for a p99.`,
    );
    return latencyFigures(latenciesMs);
  },
};
