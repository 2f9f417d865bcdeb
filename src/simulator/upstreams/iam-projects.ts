import { parameter, type Call } from '../http/call.js';
import { jsonReply, type Reply } from '../http/reply.js';
import type { Accounts } from '../settings.js';

const DOMAIN_ID = 'd78cbac186b744899480f25bd022f468';
/** Every account has it beside its regions (IAM API reference, Querying Projects). */
const BUILT_IN = { id: '5a1e9d1b0b8b4e0e9f0c6a6f9a1d2c3b', name: 'MOS' };

/** The account's projects, or those of one name: a region's own project has the region's name. */
export function listProjects(call: Call, { project }: Accounts): Reply {
  const name = parameter(call, 'name');
  const projects = [project, BUILT_IN].filter((each) => name === undefined || each.name === name);
  return jsonReply(200, {
    links: { self: '/v3/projects', next: null, previous: null },
    projects: projects.map(({ id, name: own }) => ({
      ...{ id, name: own, domain_id: DOMAIN_ID, parent_id: DOMAIN_ID },
      ...{ enabled: true, is_domain: false, description: '', links: { self: `/v3/projects/${id}` } },
    })),
  });
}
