import { Module } from '@nestjs/common';
import { PROVIDERS, type Provider } from '@/model/provider.js';
import { PROVIDER_LIST } from './provider-list.js';

const MODULES = await Promise.all(PROVIDER_LIST.map(({ load }) => load()));

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
