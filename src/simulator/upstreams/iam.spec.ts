import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask, type Answer } from '../../../test/support/simulator-client.js';
import { startSimulator, type Simulator } from '../simulator.js';

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator({ fleet: 'empty' });
});
afterEach(() => simulator.stop());

const get = (path: string, token = 'example-token'): Promise<Answer> =>
  ask(`${simulator.urls.iam}${path}`, { headers: { 'x-auth-token': token } });

describe.each(['/v3/projects', '/v3/auth/projects'])('GET %s', (path) => {
  it('answers the project of a region by its name', async () => {
    const { id, name } = simulator.settings.accounts.project;
    const answer = await get(`${path}?name=${name}`);
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ projects: [{ id, name, enabled: true, is_domain: false }] });
  });

  it('answers all projects without a name, and none for another', async () => {
    expect(((await get(path)).json as { projects: object[] }).projects).toHaveLength(2);
    expect(((await get(`${path}?name=mars-1`)).json as { projects: object[] }).projects).toEqual([]);
  });

  it('is denied without a log-in', async () => {
    expect((await get(path, 'nonsense')).status).toBe(401);
  });
});
