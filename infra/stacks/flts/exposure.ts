import type { Construct } from 'constructs';
import { Routes } from '../../constructs/exposure.ts';
import type { WebService } from '../../constructs/web-service.ts';
import type { Settings } from './settings.ts';

/** The routes, where they are the chosen way: all of it to the load balancer. */
export function expose(scope: Construct, { exposure }: Settings, balancer: WebService): void {
  new Routes(scope, { name: 'flts', exposure, routes: [{ path: '/', to: balancer }] });
}
