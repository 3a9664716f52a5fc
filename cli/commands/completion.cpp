// mpk completion: the script for a shell.
#include "commands/commands.hpp"
#include "complete.hpp"
#include "session.hpp"

#include <nlohmann/json.hpp>

namespace mpk::cli {

Command completion_command() {
  return {
      .summary = "Print the completion script for bash, zsh or fish",
      .description = {},
      .examples = {{"mpk completion bash > ~/.local/share/bash-completion/completions/mpk", "bash"},
                   {"mpk completion zsh > ~/.zfunc/_mpk", "zsh, with ~/.zfunc in fpath"},
                   {"mpk completion fish > ~/.config/fish/completions/mpk.fish", "fish"}},
      .bind = [](OptionSet& set) -> Run {
        auto shell = std::make_shared<std::string>();
        set.positional("SHELL", *shell, "bash, zsh or fish");
        set.suggest({"bash", "zsh", "fish"});
        return [shell](Session& session) -> Result<int> {
          auto script = TRY(completion_script(*shell));
          if (session.json()) {
            session.print_json(
                {{"kind", "CompletionScript"}, {"shell", *shell}, {"script", script}});
          } else {
            session.print_raw(script);
          }
          return 0;
        };
      }};
}

}  // namespace mpk::cli
