/**
 * A typed layer over the Debug Adapter Protocol library: a handler takes the arguments of its request and returns the
 * body of the response, or throws. So nothing can stay unanswered, whatever a handler does, and a request without a
 * handler is refused in words.
 */
import { DebugSession, Event, Response } from '@vscode/debugadapter';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { notSupported, UserError } from './errors';
import { checkArguments } from './argumentShapes';

// Arguments and bodies differ by command; each handler states its own, and the table is where they meet.
/** `request`: the number by which the client may want to cancel it. */
export type Handler = (args: never, request: number) => unknown;

export abstract class Connection extends DebugSession {
  protected abstract readonly handlers: Readonly<Record<string, Handler | undefined>>;

  /** Who answers a request now. */
  protected handlerOf(command: string): Handler | undefined {
    return this.handlers[command];
  }

  /** What a request has to wait for before it is looked at; absent: nothing. Never rejects. */
  protected abstract turnOf(command: string): Promise<unknown> | undefined;

  protected override dispatchRequest(request: DebugProtocol.Request): void {
    void this.#answer(request);
  }

  async #answer(request: DebugProtocol.Request): Promise<void> {
    const response = new Response(request) as DebugProtocol.Response;
    const turn = this.turnOf(request.command);
    if (turn !== undefined) await turn;
    try {
      const handler = this.handlerOf(request.command);
      if (handler === undefined) throw notSupported(request.command);
      const args = (request.arguments ?? {}) as Record<string, unknown>;
      checkArguments(request.command, args);
      response.body = await handler(args as never, request.seq);
      this.sendResponse(response);
    } catch (error) {
      this.#refuse(response, error);
    }
    this.afterResponse(request.command, response.success);
  }

  #refuse(response: DebugProtocol.Response, error: unknown): void {
    const known = error instanceof UserError;
    const format = known
      ? error.message
      : `ptscope made a mistake: ${error instanceof Error ? error.message : String(error)}`;
    const id = known ? error.code : 1000;
    // The text goes in as a variable: braces in it must not be taken for one. The underscore says it may be shown.
    this.sendErrorResponse(response, {
      id,
      format: '{_text}',
      variables: { _text: format },
      showUser: known ? error.notify : true,
    });
  }

  /** Called when a request has been answered: for events that must follow the response. */
  protected abstract afterResponse(command: string, success: boolean): void;

  protected announce(event: string, body?: unknown): void {
    this.sendEvent(new Event(event, body));
  }
}
