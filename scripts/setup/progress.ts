/** Runs one step and prints its name, and how long it took. */
export async function withProgress<T>(title: string, step: () => Promise<T>): Promise<T> {
  console.log(`${title} …`);
  const start = performance.now();
  const result = await step();
  console.log(`${title}: done in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return result;
}
