// `relevo/testing`: what a shop's customer may rely on, as cases, and what they run in. Built by itself, with the engine
// inside, since it hands objects to a server that was built apart: no name of theirs may be shortened.
export type {
  ConformanceCase,
  ConformanceDevice,
  ConformanceHost,
  ConformancePage,
  ConformanceSite,
  SiteOptions,
} from '../testing/conformance/case.ts';
export type {
  Asker,
  ChannelChange,
  ChannelReply,
  ChannelRequest,
  OrderReport,
} from '../testing/conformance/channel-request.ts';
export { conformance } from '../testing/conformance/conformance.ts';
export {
  type Backend,
  createConformanceHost,
  type Given,
  type HostOptions,
  type ServerCore,
} from '../testing/conformance/conformance-host.ts';
export { type CoreGiven, createVirtualHost, type VirtualHostOptions } from '../testing/conformance/virtual-host.ts';
