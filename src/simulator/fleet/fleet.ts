import type { CbrRecord, CceRecord, CssRecord, OcpRecord } from './records.js';
import { RowList } from './row-list.js';

export interface CssCluster {
  readonly id: string;
  name: string;
  /** 100 creating, 200 available, 303 unavailable. */
  status: string;
  datastore: { type: string; version: string };
  createdMs: number;
  readonly rows: RowList<CssRecord>;
}

export interface CceCluster {
  readonly id: string;
  name: string;
  phase: string;
  createdMs: number;
  readonly rows: RowList<CceRecord>;
}

export interface OcpTenant {
  readonly id: number;
  readonly obTenantId: number;
  name: string;
}

export interface OcpCluster {
  readonly id: number;
  readonly obClusterId: number;
  name: string;
  readonly type: 'PRIMARY' | 'STANDBY';
  status: string;
  createdMs: number;
  readonly tenants: OcpTenant[];
  /** Listed inside their primary, never beside it. */
  readonly standbyClusters: OcpCluster[];
  readonly rows: RowList<OcpRecord>;
}

/** A member of a CBR vault; it need not have any operation. */
export interface VaultMember {
  readonly id: string;
  readonly type: string;
  name: string;
  protectStatus: string;
}

export interface CbrVault {
  readonly id: string;
  name: string;
  readonly providerId: string;
  readonly members: VaultMember[];
}

/** What the four upstreams hold. Tests add, change and remove clusters and rows directly. */
export class Fleet {
  readonly css: CssCluster[] = [];
  readonly cbr = new RowList<CbrRecord>((record) => record.created_at);
  readonly vaults: CbrVault[] = [];
  readonly cce: CceCluster[] = [];
  readonly ocp: OcpCluster[] = [];

  addCssCluster(cluster: { id: string; name?: string; createdMs?: number }): CssCluster {
    const added: CssCluster = {
      id: cluster.id,
      name: cluster.name ?? cluster.id,
      status: '200',
      datastore: { type: 'elasticsearch', version: '7.10.2' },
      createdMs: cluster.createdMs ?? 0,
      rows: new RowList((record) => record.createAt),
    };
    this.css.push(added);
    return added;
  }

  addVault(vault: { id: string; name?: string; providerId?: string }): CbrVault {
    const { id, name = id, providerId = '0daac4c5-6707-4851-97ba-169e36266b66' } = vault;
    const added: CbrVault = { id, name, providerId, members: [] };
    this.vaults.push(added);
    return added;
  }

  addCceCluster(cluster: { id: string; name?: string; createdMs?: number }): CceCluster {
    const added: CceCluster = {
      id: cluster.id,
      name: cluster.name ?? cluster.id,
      phase: 'Available',
      createdMs: cluster.createdMs ?? 0,
      rows: new RowList((record) => record.createdMs),
    };
    this.cce.push(added);
    return added;
  }

  /** With `primary` the new cluster is a standby nested inside it. */
  addOcpCluster(cluster: {
    id: number;
    name?: string;
    createdMs?: number;
    primary?: OcpCluster;
  }): OcpCluster {
    const added: OcpCluster = {
      id: cluster.id,
      obClusterId: cluster.id % 1_000_000,
      name: cluster.name ?? `cluster_${cluster.id}`,
      type: cluster.primary === undefined ? 'PRIMARY' : 'STANDBY',
      status: 'RUNNING',
      createdMs: cluster.createdMs ?? 0,
      tenants: [],
      standbyClusters: [],
      rows: new RowList((record) => record.createTime),
    };
    (cluster.primary?.standbyClusters ?? this.ocp).push(added);
    return added;
  }

  /** Primaries and their standbys alike. */
  get allOcpClusters(): OcpCluster[] {
    return this.ocp.flatMap((cluster) => [cluster, ...cluster.standbyClusters]);
  }
}
