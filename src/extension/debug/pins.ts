/** The pinned moment: what the session keeps of it is the adapter's; here is who pins it, and who wants to know. */
import * as vscode from 'vscode';
import { CONTEXTS, REQUESTS } from '../../protocol/names';
import type { PinArguments } from '../../protocol/statistics';
import { ask } from './requests';
import type { Sessions } from './sessions';
import { requireSession } from './stepping';

export class Pins implements vscode.Disposable {
  private readonly switched: vscode.Disposable;
  private readonly changed = new vscode.EventEmitter<void>();

  /** A moment was pinned, or let go of. */
  readonly onDidChange = this.changed.event;

  constructor(private readonly sessions: Sessions) {
    // A session begins without one.
    this.switched = sessions.onDidSwitch(() => this.set(false));
  }

  async pin(where: PinArguments['pin']): Promise<void> {
    const { pin } = await ask(requireSession(this.sessions), REQUESTS.pin, { pin: where });
    this.set(pin !== undefined);
    this.changed.fire();
  }

  /** What a view has heard of the session: an edit may have taken the moment from the tape. */
  set(pinned: boolean): void {
    void vscode.commands.executeCommand('setContext', CONTEXTS.pinned, pinned);
  }

  dispose(): void {
    this.switched.dispose();
    this.changed.dispose();
  }
}
