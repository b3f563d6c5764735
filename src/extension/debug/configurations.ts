/** Debug configurations: the ones that need no launch.json, and the completion of the ones that have one. */
import * as vscode from 'vscode';
import { DEBUG_TYPE, SETTINGS } from '../../protocol/names';
import { messageOf } from '../problems';
import { activeProgram, programOf, saveProgram } from './activeProgram';
import { baseName, SCENARIO_SUFFIX } from './programs';
import type { StepUnit } from '../../protocol/launch';
import { withSessionDefaults } from './sessionDefaults';
import { withTimeTravel } from './timeTravel';

const MAX_LISTED_FILES = 50;

export function registerConfigurations(): vscode.Disposable {
  const { Initial, Dynamic } = vscode.DebugConfigurationProviderTriggerKind;
  const register = (provider: vscode.DebugConfigurationProvider, kind: vscode.DebugConfigurationProviderTriggerKind) =>
    vscode.debug.registerDebugConfigurationProvider(DEBUG_TYPE, provider, kind);
  return vscode.Disposable.from(
    register({ provideDebugConfigurations: () => [currentFile()], ...resolver }, Initial),
    register({ provideDebugConfigurations: listPrograms }, Dynamic),
  );
}

export function launchOf(uri: vscode.Uri): vscode.DebugConfiguration {
  return { type: DEBUG_TYPE, request: 'launch', name: `Debug ${baseName(uri.path)}`, program: programOf(uri) };
}

function currentFile(): vscode.DebugConfiguration {
  return { type: DEBUG_TYPE, request: 'launch', name: 'Debug the current scenario', program: '${file}' };
}

async function listPrograms(): Promise<vscode.DebugConfiguration[]> {
  const found = await vscode.workspace.findFiles(`**/*${SCENARIO_SUFFIX}`, '**/node_modules/**', MAX_LISTED_FILES);
  const active = activeProgram();
  const others = found.filter((uri) => uri.toString() !== active?.toString());
  return [...(active ? [active] : []), ...others].map(launchOf);
}

const resolver: vscode.DebugConfigurationProvider = {
  /** F5 without a launch.json arrives here as an empty configuration. */
  resolveDebugConfiguration(_folder, configuration) {
    if (configuration.type && configuration.request && configuration.program !== undefined) return configuration;
    const active = activeProgram();
    if (active) return { ...launchOf(active), ...configuration, ...missingParts(configuration, active) };
    void vscode.window.showInformationMessage(
      'Nothing to debug: open a .ptscen scenario or a .lackey trace, or name one as “program” in launch.json.',
    );
    return undefined;
  },

  async resolveDebugConfigurationWithSubstitutedVariables(folder, configuration) {
    const { program } = configuration as { program?: unknown };
    if (typeof program !== 'string' || program === '') {
      void vscode.window.showErrorMessage(`“program” in “${configuration.name}” must name a scenario or a trace.`);
      return undefined;
    }
    try {
      await saveProgram(program);
    } catch (problem) {
      void vscode.window.showErrorMessage(`ptscope did not start: ${messageOf(problem)}.`);
      return undefined;
    }
    const settings = vscode.workspace.getConfiguration(undefined, folder);
    const memory = settings.get(SETTINGS.timeTravelMemory);
    const defaults = {
      stopAtEnd: settings.get<boolean>(SETTINGS.stopAtEnd),
      stepOver: settings.get<StepUnit>(SETTINGS.stepOver),
      // VS Code puts the codes of colours into what a screen reader is told of a row.
      ...(settings.get('editor.accessibilitySupport') === 'on' ? { consoleColors: false } : {}),
    };
    return withSessionDefaults(withTimeTravel(configuration, memory), defaults);
  },
};

function missingParts(given: vscode.DebugConfiguration, active: vscode.Uri): vscode.DebugConfiguration {
  const { type, request, name } = given;
  const fallback = launchOf(active);
  return { type: type || fallback.type, request: request || fallback.request, name: name || fallback.name };
}
