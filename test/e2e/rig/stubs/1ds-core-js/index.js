export class AppInsightsCore {
  initialize() {}
  track() {}
  unload() {}
} // telemetry stays off
