import { Module } from '@nestjs/common';
import { PROVIDERS, type Provider } from '@/model/provider.js';
import type { ProviderSettings } from '@/model/source.js';
import { HuaweiCbrModule } from './huawei-cbr/huawei-cbr.module.js';
import { HuaweiCceModule } from './huawei-cce/huawei-cce.module.js';
import { HuaweiCssModule } from './huawei-css/huawei-css.module.js';
import { OceanbaseOcpModule } from './oceanbase-ocp/oceanbase-ocp.module.js';

/** Every provider there is: one folder, one line. */
const MODULES = [HuaweiCbrModule, HuaweiCceModule, HuaweiCssModule, OceanbaseOcpModule];

/** What each provider demands of a source's configuration. */
export const PROVIDER_SETTINGS: readonly ProviderSettings[] = MODULES.map(({ settings }) => settings);

@Module({
  imports: MODULES,
  providers: [
    {
      provide: PROVIDERS,
      useFactory: (...providers: Provider[]) => providers,
      inject: MODULES.map(({ provider }) => provider),
    },
  ],
  exports: [PROVIDERS],
})
export class ProvidersModule {}
