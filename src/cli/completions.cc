#include "cli/completions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string_view>
#include <vector>

namespace antiphon::cli {
namespace {

/// The ids of the voices, one a line, of every shell: what the program prints after its name, without what is no id,
/// since a shell may run what it completes.
constexpr std::string_view kVoiceIds = "voices list 2>/dev/null | cut -f 1 | grep -x '[A-Za-z0-9][A-Za-z0-9._-]*'";

/// In single quotes of bash and zsh.
std::string quoted(const std::string& text) { return "'" + replaced(text, "'", R"('\'')") + "'"; }

std::vector<std::string> names_of(const std::vector<CommandRow>& commands) {
  std::vector<std::string> names;
  for (const auto& command : commands) names.push_back(command.name);
  return names;
}

std::vector<std::string> names_of(const std::vector<OptionRow>& options) {
  std::vector<std::string> names;
  for (const auto& option : options) names.insert(names.end(), option.names.begin(), option.names.end());
  return names;
}

/// The paths of all commands but the program's own, each as shells compare it: with a blank before each word.
std::vector<std::string> patterns(const CommandRow& program) {
  std::vector<std::string> paths;
  each_command(program, [&](const CommandRow& row) {
    if (!row.path.empty()) paths.push_back("' " + row.path + "'");
  });
  return paths;
}

/// What sets the values that complete the option.
std::string bash_values(const OptionRow& option) {
  switch (option.completion) {
    case Completion::kNone:
      return "values=";
    case Completion::kChoices:
      return fmt::format("values='{}'", fmt::join(option.choices, " "));
    case Completion::kVoices:
      return fmt::format("values=$(\"${{COMP_WORDS[0]}}\" {})", kVoiceIds);
    case Completion::kFiles:
      return "files=1";
  }
  return {};
}

/// The cases of a command's options that take a value.
std::string bash_options(const CommandRow& row) {
  std::string cases;
  for (const auto& option : row.options) {
    if (option.value.empty()) continue;
    std::vector<std::string> names;
    for (const auto& name : option.names)
      names.push_back(quoted(row.path.empty() ? " " + name : " " + row.path + " " + name));
    cases += fmt::format("  {}) {} ;;\n", fmt::join(names, " | "), bash_values(option));
  }
  return cases;
}

/// The case of what may stand where no option wants a value.
std::string bash_words(const CommandRow& row) {
  auto words = fmt::format("values='{}'", fmt::join(names_of(row.commands), " "));
  if (row.commands.empty()) words = row.words.empty() ? "values=" : bash_values(row.words.front());
  return fmt::format("  {}) flags='{}'; {} ;;\n", quoted(row.path.empty() ? "" : " " + row.path),
                     fmt::join(names_of(row.options), " "), words);
}

/// What zsh's _arguments calls for the values of the option.
std::string zsh_action(const OptionRow& option) {
  switch (option.completion) {
    case Completion::kNone:
      return {};
    case Completion::kChoices:
      return fmt::format("({})", fmt::join(option.choices, " "));
    case Completion::kVoices:
      return "_antiphon_voice_ids";
    case Completion::kFiles:
      return "_files";
  }
  return {};
}

/// A specification of zsh's _arguments for each name of the option.
std::string zsh_option(const OptionRow& option) {
  std::string specifications;
  const auto about = replaced(replaced(first_sentence(option.about), "[", "("), "]", ")");
  const auto value = option.value.empty() ? std::string() : fmt::format(":{}:{}", option.value, zsh_action(option));
  for (const auto& name : option.names) {
    const bool equals = !value.empty() && name.starts_with("--");
    specifications += "    " + quoted(fmt::format("*{}{}[{}]{}", name, equals ? "=" : "", about, value)) + " \\\n";
  }
  return specifications;
}

std::string zsh_name(const CommandRow& row) {
  return row.path.empty() ? "_antiphon" : "_antiphon_" + replaced(row.path, " ", "_");
}

std::string zsh_function(const CommandRow& row) {
  std::string text = zsh_name(row) + "() {\n  local context state state_descr line ret=1\n  typeset -A opt_args\n";
  text += "  _arguments -C : \\\n";
  for (const auto& option : row.options) text += zsh_option(option);
  if (row.commands.empty()) {
    if (!row.words.empty()) {
      const auto& word = row.words.front();
      text += "    " + quoted(fmt::format("*:{}:{}", word.names.front(), zsh_action(word))) + " \\\n";
    }
    text += "    && ret=0\n";
    return text + "  return ret\n}\n\n";
  }
  text += "    '1: :->command' '*:: :->rest' && ret=0\n  case $state in\n  command)\n    local -a commands=(\n";
  std::string cases;
  for (const auto& command : row.commands) {
    const auto about = replaced(first_sentence(command.about), ":", "\\:");
    text += "      " + quoted(command.name + ":" + about) + "\n";
    cases += fmt::format("    {}) {} && ret=0 ;;\n", command.name, zsh_name(command));
  }
  return text + "    )\n    _describe -t commands command commands && ret=0\n    ;;\n  rest)\n    case $words[1] in\n" +
         cases + "    esac\n    ;;\n  esac\n  return ret\n}\n\n";
}

/// In single quotes of fish.
std::string fish_quoted(const std::string& text) {
  return "'" + replaced(replaced(text, "\\", "\\\\"), "'", "\\'") + "'";
}

std::string_view fish_values(Completion completion) {
  switch (completion) {
    case Completion::kNone:
    case Completion::kChoices:
      return " -x";
    case Completion::kVoices:
      return " -x -a '(__antiphon_voice_ids)'";
    case Completion::kFiles:
      return " -r -F";
  }
  return "";
}

std::string fish_rows(const CommandRow& row) {
  const auto begin = "complete -c antiphon -n " + fish_quoted("__antiphon_at " + fish_quoted(row.path));
  std::string text;
  for (const auto& command : row.commands) {
    text += fmt::format("{} -f -a {} -d {}\n", begin, command.name, fish_quoted(first_sentence(command.about)));
  }
  for (const auto& word : row.words) {
    if (word.completion == Completion::kVoices) text += begin + " -f -a '(__antiphon_voice_ids)'\n";
    if (word.completion == Completion::kChoices) {
      text += fmt::format("{} -f -a '{}'\n", begin, fmt::join(word.choices, " "));
    }
  }
  for (const auto& option : row.options) {
    text += begin;
    for (const auto& name : option.names) {
      text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    }
    if (!option.value.empty()) text += fish_values(option.completion);
    if (option.completion == Completion::kChoices) text += fmt::format(" -a '{}'", fmt::join(option.choices, " "));
    text += " -d " + fish_quoted(first_sentence(option.about)) + "\n";
  }
  return text;
}

}  // namespace

std::string bash_completions(const CommandRow& program) {
  std::string options;
  std::string words;
  each_command(program, [&](const CommandRow& row) {
    options += bash_options(row);
    words += bash_words(row);
  });
  return fmt::format(
      R"sh(# Completion of antiphon for bash, written by `antiphon completions bash`.
_antiphon() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD - 1]}} path= word flags= files= values=unset
  # --option=value comes as three words.
  if [[ $current == = ]]; then
    current=
  elif [[ $previous == = ]]; then
    previous=${{COMP_WORDS[COMP_CWORD - 2]}}
  fi
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD - 1}}"; do
    case "$path $word" in
    {}) path+=" $word" ;;
    *) break ;;
    esac
  done
  case "$path $previous" in
{}  esac
  if [[ $values == unset && -z $files ]]; then
    case $path in
{}    esac
    if [[ $current == -* ]]; then
      values=$flags files=
    fi
  fi
  COMPREPLY=()
  if [[ -n $files ]]; then
    compopt -o default 2>/dev/null
    return
  fi
  mapfile -t COMPREPLY < <(compgen -W "$values" -- "$current")
}}
complete -F _antiphon antiphon
)sh",
      fmt::join(patterns(program), " | "), options, words);
}

std::string zsh_completions(const CommandRow& program) {
  std::string functions;
  each_command(program, [&](const CommandRow& row) { functions += zsh_function(row); });
  return fmt::format(R"sh(#compdef antiphon
# Completion of antiphon for zsh, written by `antiphon completions zsh`.

_antiphon_voice_ids() {{
  local -a ids=(${{(f)"$(antiphon {})"}})
  compadd -a ids
}}

{}if [[ $funcstack[1] == _antiphon ]]; then
  _antiphon "$@"
else
  compdef _antiphon antiphon
fi
)sh",
                     kVoiceIds, functions);
}

std::string fish_completions(const CommandRow& program) {
  std::string rows;
  std::vector<std::string> paths;
  each_command(program, [&](const CommandRow& row) {
    rows += fish_rows(row);
    if (!row.path.empty()) paths.push_back(fish_quoted(row.path));
  });
  return fmt::format(R"sh(# Completion of antiphon for fish, written by `antiphon completions fish`.
function __antiphon_voice_ids
    antiphon {}
end

# Whether the words so far begin with this command, and with none below it.
function __antiphon_at
    set -l path ''
    for word in (commandline -opc)[2..]
        set -l longer (string trim -- "$path $word")
        if contains -- "$longer" {}
            set path $longer
        else
            break
        end
    end
    test "$path" = "$argv[1]"
end

{})sh",
                     kVoiceIds, fmt::join(paths, " "), rows);
}

}  // namespace antiphon::cli
