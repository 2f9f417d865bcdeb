import { resolve } from 'node:path';
import type { ClientCertificate, Egress, Proxies, ProxyAddress } from '@/model/egress.js';
import type { ConfigWarning } from './config.js';
import {
  belongsTo,
  expiryDate,
  readCertificates,
  readPrivateKey,
  tlsFault,
  type PemText,
} from './pem-file.js';
import type { ProblemLog } from './problem-log.js';
import { proxiesFrom, proxiesOf } from './proxy-keys.js';
import type { Environment } from './substitution.js';
import { childOf } from './yaml-tree.js';
import type { YamlNode } from './yaml-tree.js';

/** What a source, or the top level, says of how calls go out. Undefined: its problem has been noted. */
export interface EgressValues {
  readonly proxy: ProxyAddress | 'none' | null | undefined;
  readonly ca: string | null | undefined;
  readonly clientCertificate: string | null | undefined;
  readonly clientKey: string | null | undefined;
}

export interface EgressOptions {
  readonly env: Environment;
  /** What relative paths start from. */
  readonly folder: string;
  /** The top-level proxy. */
  readonly proxy: EgressValues['proxy'];
  readonly nowMs: number;
  readonly problems: ProblemLog;
  /** Called with each file that is named, before it is read. */
  readonly onFile: (path: string) => void;
}

/** Makes the Egress of each source, and reads and checks the files that it names. */
export class EgressReader {
  readonly warnings: ConfigWarning[] = [];
  #inherited: Proxies | null = null;

  constructor(private readonly options: EgressOptions) {}

  /** Problems are noted; the Egress is of use only where there is none. `node` is that of the source. */
  read(values: EgressValues, node: YamlNode): Egress {
    const { proxy, ca } = values;
    return {
      proxies: proxy === null || proxy === undefined ? this.#inheritedProxies() : proxiesOf(proxy),
      ca: this.#authorities(ca ?? null, spotOf(node, 'ca')),
      clientCertificate: this.#clientCertificate(values, node),
    };
  }

  /** The environment is looked at only where a source depends on it. */
  #inheritedProxies(): Proxies {
    const { proxy, env, problems } = this.options;
    this.#inherited ??= proxy === null || proxy === undefined ? proxiesFrom(env, problems) : proxiesOf(proxy);
    return this.#inherited;
  }

  #authorities(path: string | null, node: YamlNode): string | null {
    const ca = this.#pem(path, node, readCertificates);
    if (ca !== null) this.#checkTls({ ca }, path, node);
    if (ca !== null) this.#warnIfExpired(ca, path, node);
    return ca;
  }

  #clientCertificate(
    { clientCertificate, clientKey }: EgressValues,
    node: YamlNode,
  ): ClientCertificate | null {
    const [atCertificate, atKey] = [spotOf(node, 'clientCertificate'), spotOf(node, 'clientKey')];
    if (clientCertificate === undefined || clientKey === undefined) return null;
    if (clientCertificate !== null && clientKey === null) this.#note(atCertificate, LACKS_KEY);
    if (clientCertificate === null && clientKey !== null) this.#note(atKey, LACKS_CERTIFICATE);
    const certificate = this.#pem(clientCertificate, atCertificate, readCertificates);
    const key = this.#pem(clientKey, atKey, readPrivateKey);
    if (certificate === null || key === null) return null;
    if (belongsTo(key, certificate))
      this.#checkTls({ cert: certificate, key }, clientCertificate, atCertificate);
    else
      this.#note(
        atKey,
        `${shown(clientKey, atKey)} is not the key of clientCertificate; name the one that belongs to it`,
      );
    this.#warnIfExpired(certificate, clientCertificate, atCertificate);
    return { certificate, key };
  }

  #pem(path: string | null, node: YamlNode, read: (path: string) => PemText): string | null {
    if (path === null) return null;
    const file = resolve(this.options.folder, path);
    this.options.onFile(file);
    const found = read(file);
    if ('pem' in found) return found.pem;
    this.#note(node, `${shown(path, node)} ${found.fault}`);
    return null;
  }

  #checkTls(options: Parameters<typeof tlsFault>[0], path: string | null, node: YamlNode): void {
    const fault = tlsFault(options);
    if (fault === null) return;
    this.#note(node, `${shown(path, node)} cannot be used for TLS (${fault}); replace the certificate`);
  }

  #warnIfExpired(certificates: string, path: string | null, node: YamlNode): void {
    const date = expiryDate(certificates, this.options.nowMs);
    if (date === null) return;
    const detail = `${shown(path, node)} contains a certificate that expired on ${date}; replace it`;
    this.warnings.push({ field: node.path, detail });
  }

  #note(node: YamlNode, detail: string): void {
    this.options.problems.note(node, detail);
  }
}

const LACKS_KEY = 'a certificate without its key; add clientKey';
const LACKS_CERTIFICATE = 'a key without its certificate; add clientCertificate';

function spotOf(source: YamlNode, key: string): YamlNode {
  return childOf(source, key) ?? source;
}

function shown(path: string | null, node: YamlNode): string {
  return node.kind === 'scalar' && node.substituted ? '(hidden)' : JSON.stringify(path);
}
