/** The manifest and the code name the same things, and the files that the manifest names are there. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import {
  COMMANDS,
  CONTEXTS,
  DEBUG_TYPE,
  EXAMPLE_SCHEME,
  LANGUAGES,
  LISTING_EXTENSION,
  SETTINGS,
  TEST_MESSAGES,
  VIEWS,
  WEBVIEWS,
} from '../../src/protocol/names';
import { TEMPLATES } from '../../src/extension/start/templates';

const ROOT = join(__dirname, '../..');
const TEXT = readFileSync(join(ROOT, 'package.json'), 'utf8');

interface MenuEntry {
  command: string;
  when?: string;
  enablement?: string;
}

interface Manifest {
  icon: string;
  activationEvents: string[];
  contributes: {
    languages: { id: string; extensions: string[] }[];
    grammars: { language: string }[];
    breakpoints: { language: string }[];
    debuggers: { type: string; languages: string[]; configurationAttributes: { launch: { properties: object } } }[];
    commands: { command: string; title: string; category: string; icon?: unknown; enablement?: string }[];
    menus: Record<string, MenuEntry[]>;
    keybindings: MenuEntry[];
    views: Record<string, { id: string; name: string; when: string }[]>;
    configuration: {
      title: string;
      properties: Record<string, { description?: string; markdownDescription?: string }>;
    }[];
    viewsWelcome: { view: string; contents: string }[];
    walkthroughs: {
      steps: { description: string; media: Record<string, unknown>; completionEvents: string[] }[];
    }[];
  };
}

const manifest = JSON.parse(TEXT) as Manifest;
const { contributes } = manifest;
const source = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Keys that stand twice in one object of a JSON text, of which a parser would keep the last and say nothing. */
function repeatedKeys(json: string): string[] {
  const repeated: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isObjectLiteralExpression(node)) {
      const keys = node.properties.map(({ name }) => (name !== undefined && ts.isStringLiteral(name) ? name.text : ''));
      repeated.push(...keys.filter((key, i) => keys.indexOf(key) < i));
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.parseJsonText('package.json', json));
  return repeated;
}

describe('the manifest', () => {
  it('has each key once', () => {
    assert.deepEqual(repeatedKeys('{ "a": { "b": 1, "c": [{ "b": 1 }], "b": 2 }, "b": 3 }'), ['b']);
    assert.deepEqual(repeatedKeys(TEXT), []);
  });

  it('contributes exactly the commands that the code names, each with a title in our category', () => {
    const contributed = contributes.commands.map(({ command }) => command);
    assert.deepEqual(contributed.toSorted(), Object.values(COMMANDS).toSorted());
    for (const { command, title, category } of contributes.commands) {
      assert.ok(title, `${command} has no title`);
      assert.equal(category, 'ptscope', command);
    }
  });

  it('contributes no command without a handler', () => {
    const activation = source('src/extension/activate.ts');
    for (const name of Object.keys(COMMANDS)) assert.match(activation, new RegExp(`^\\s+${name}: \\(`, 'm'));
  });

  it('uses only contributed commands in menus, keys and walkthroughs', () => {
    const known = new Set<string>(Object.values(COMMANDS));
    const used = [...Object.values(contributes.menus).flat(), ...contributes.keybindings].map(({ command }) => command);
    // VS Code's own steps back have no keys.
    for (const command of used) assert.ok(known.has(command) || command.startsWith('workbench.action.debug.'), command);
    for (const command of TEXT.match(/(?<=\b(?:onC|c)ommand:)ptscope\.[\w.]+/g) ?? [])
      assert.ok(known.has(command), command);
  });

  it('says in the command palette when each command that needs an object or a session makes sense', () => {
    const hidden = contributes.menus.commandPalette
      ?.filter(({ when }) => when === 'false')
      .map(({ command }) => command);
    assert.deepEqual(
      hidden?.toSorted(),
      [
        COMMANDS.breakOnAccess,
        COMMANDS.breakOnWrite,
        COMMANDS.copyAddress,
        COMMANDS.debugFailure,
        COMMANDS.copyExpression,
        COMMANDS.exportView,
        COMMANDS.openMemory,
        COMMANDS.removeMark,
        COMMANDS.renameMark,
        COMMANDS.revealInTables,
        COMMANDS.showMapOf,
        COMMANDS.showWalkOfEntry,
        COMMANDS.viewProcess,
      ].toSorted(),
    );
  });

  it('contributes exactly the views that the code names, only during a session', () => {
    const views = contributes.views.debug ?? [];
    assert.deepEqual(views.map(({ id }) => id).toSorted(), Object.values(VIEWS).toSorted());
    for (const { id, when } of views) assert.equal(when, CONTEXTS.sessionActive, id);
  });

  it('offers a way to begin where there is nothing to debug and nothing to test', () => {
    assert.deepEqual(
      contributes.viewsWelcome.map(({ view }) => view),
      ['debug', 'testing'],
    );
    for (const { contents } of contributes.viewsWelcome)
      assert.ok(contents.includes(`command:${COMMANDS.newScenario}`));
    const templates = new Set(TEMPLATES.map(({ id }) => id));
    const linked = [...TEXT.matchAll(/command:ptscope\.newScenario\?(%5B[\w%-]+%5D)/g)];
    assert.ok(linked.length > 1);
    for (const [, argument] of linked) {
      const [id] = JSON.parse(decodeURIComponent(argument ?? '')) as string[];
      assert.ok(templates.has(id ?? ''), id);
    }
  });

  it('has a picture of our own for every step of the walkthrough, described', () => {
    for (const { steps } of contributes.walkthroughs)
      for (const { media } of steps) assert.ok((media.svg ?? media.image) !== undefined && media.altText !== '');
  });

  it('names the controller and the messages of the Test Explorer as the code does', () => {
    for (const menu of ['testing/message/context', 'testing/message/content'])
      assert.deepEqual(
        contributes.menus[menu]?.map(({ command, when }) => [command, when]),
        [[COMMANDS.debugFailure, `testMessage == ${TEST_MESSAGES.failure}`]],
      );
  });

  it('contributes exactly the languages that the code names', () => {
    assert.deepEqual(contributes.languages.map(({ id }) => id).toSorted(), Object.values(LANGUAGES).toSorted());
    const listing = contributes.languages.find(({ id }) => id === LANGUAGES.listing);
    assert.deepEqual(listing?.extensions, [LISTING_EXTENSION]);
    assert.deepEqual(
      contributes.breakpoints.map(({ language }) => language),
      [LANGUAGES.scenario, LANGUAGES.listing],
    );
    for (const { language } of contributes.grammars) assert.ok(Object.values<string>(LANGUAGES).includes(language));
  });

  it('contributes one debugger, of the type that the code names', () => {
    assert.deepEqual(
      contributes.debuggers.map(({ type }) => type),
      [DEBUG_TYPE],
    );
    assert.deepEqual(contributes.debuggers[0]?.languages, [LANGUAGES.scenario, LANGUAGES.trace, LANGUAGES.listing]);
  });

  it('describes every launch attribute that the protocol knows', () => {
    const described = Object.keys(contributes.debuggers[0]?.configurationAttributes.launch.properties ?? {});
    const launch = /interface LaunchArguments \{([^]*?)\n\}/.exec(source('src/protocol/launch.ts'))?.[1] ?? '';
    const known = [...launch.matchAll(/^ {2}(\w+)\??:/gm)].map((match) => match[1]);
    // VS Code sets noDebug itself: nobody writes it into launch.json.
    assert.deepEqual(described.toSorted(), known.filter((name) => name !== 'noDebug').toSorted());
  });

  it('contributes exactly the settings that the code reads, each described, in titled groups', () => {
    const properties = Object.assign({}, ...contributes.configuration.map((group) => group.properties)) as Record<
      string,
      { description?: string; markdownDescription?: string }
    >;
    for (const { title } of contributes.configuration) assert.ok(title);
    assert.deepEqual(Object.keys(properties).toSorted(), Object.values(SETTINGS).toSorted());
    for (const [name, property] of Object.entries(properties)) {
      assert.ok(property.description ?? property.markdownDescription, name);
    }
  });

  it('uses only context keys, views and languages that exist in its conditions', () => {
    const ours = new Set<string>(
      [CONTEXTS, COMMANDS, VIEWS, SETTINGS, WEBVIEWS].flatMap((table) => Object.values(table)),
    );
    for (const condition of conditions()) {
      for (const id of condition.match(/\bptscope\.\w+(\.\w+)*/g) ?? [])
        assert.ok(ours.has(id), `${id} in ${condition}`);
      for (const [, language] of condition.matchAll(/LangId == (\S+)/g)) {
        assert.ok(Object.values<string>(LANGUAGES).includes(language ?? ''), condition);
      }
    }
    for (const key of Object.values(CONTEXTS))
      assert.ok(
        conditions().some((condition) => condition.includes(key)),
        key,
      );
  });

  it('is activated for what the code handles', () => {
    const expected = [`onDebugResolve:${DEBUG_TYPE}`, `onDebugDynamicConfigurations:${DEBUG_TYPE}`];
    const panels = Object.values(WEBVIEWS).map((id) => `onWebviewPanel:${id}`);
    assert.deepEqual(
      manifest.activationEvents.toSorted(),
      [...expected, ...panels, `onFileSystem:${EXAMPLE_SCHEME}`].toSorted(),
    );
  });

  it('names only files that are there', () => {
    const files = TEXT.match(/(?<=": ")(?:\.\/)?(?:media|syntaxes)\/[^"]+(?=")/g) ?? [];
    assert.ok(files.length > 10);
    for (const file of new Set(files)) assert.ok(existsSync(join(ROOT, file)), file);
  });
});

function conditions(): string[] {
  const { menus, keybindings, commands, views } = contributes;
  const entries = [...Object.values(menus).flat(), ...keybindings, ...commands, ...Object.values(views).flat()];
  return entries.flatMap((entry) => [
    ('when' in entry && entry.when) || '',
    ('enablement' in entry && entry.enablement) || '',
  ]);
}
