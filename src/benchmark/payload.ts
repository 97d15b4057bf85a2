/** About 300 bytes as JSON, in the shape of a miner's configuration. */
export function payload(index: number): unknown {
  const user = `fleet.worker${index}`;
  return {
    id: `m${index}`,
    hostname: `miner-${String(index).padStart(6, '0')}.rack-${index % 40}.example`,
    model: 'Antminer S19j Pro',
    power: { targetW: 3_000 + (index % 400), mode: 'powerTarget', isDynamicScaling: true },
    pools: ['first', 'second'].map((pool) => ({
      url: `stratum+tcp://${pool}.pool.example:3333`,
      user,
      isEnabled: true,
    })),
  };
}
