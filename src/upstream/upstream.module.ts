import { HttpModule } from '@nestjs/axios';
import { Module } from '@nestjs/common';
import { HttpUpstreamClients } from './http-upstream-clients.js';
import { UpstreamClients } from './upstream-client.js';

/** The only door out. A global module may provide `UpstreamObserver` and `CLOCK`. */
@Module({
  imports: [HttpModule.register({})],
  providers: [{ provide: UpstreamClients, useClass: HttpUpstreamClients }],
  exports: [UpstreamClients],
})
export class UpstreamModule {}
