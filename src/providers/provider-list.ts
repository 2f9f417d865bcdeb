import type { Type } from '@nestjs/common';
import type { Provider } from '@/model/provider.js';
import type { ProviderSettings } from '@/model/source.js';
import { settings as huaweiCbr } from './huawei-cbr/settings.js';
import { settings as huaweiCce } from './huawei-cce/settings.js';
import { settings as huaweiCss } from './huawei-css/settings.js';
import { settings as oceanbaseOcp } from './oceanbase-ocp/settings.js';

interface ProviderEntry {
  readonly settings: ProviderSettings;
  readonly load: () => Promise<Type & { readonly provider: Type<Provider> }>;
}

/**
 * Every provider there is: one folder, one entry. The check of the configuration needs the settings alone; a module, and
 * all that it imports, is loaded when a gateway is made.
 */
export const PROVIDER_LIST: readonly ProviderEntry[] = [
  {
    settings: huaweiCbr,
    load: async () => (await import('./huawei-cbr/huawei-cbr.module.js')).HuaweiCbrModule,
  },
  {
    settings: huaweiCce,
    load: async () => (await import('./huawei-cce/huawei-cce.module.js')).HuaweiCceModule,
  },
  {
    settings: huaweiCss,
    load: async () => (await import('./huawei-css/huawei-css.module.js')).HuaweiCssModule,
  },
  {
    settings: oceanbaseOcp,
    load: async () => (await import('./oceanbase-ocp/oceanbase-ocp.module.js')).OceanbaseOcpModule,
  },
];

/** What each provider demands of a source's configuration. */
export const PROVIDER_SETTINGS: readonly ProviderSettings[] = PROVIDER_LIST.map(({ settings }) => settings);
