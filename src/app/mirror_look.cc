// `salus mirror status` and `verify`: what a mirror has, from its files alone, while it runs or
// not.
#include "app/commands.h"
#include "app/terminal.h"
#include "mirror/home.h"
#include "transparency/log_check.h"
#include "transparency/publisher.h"

namespace salus::app {
namespace {

constexpr std::size_t kAlarmsBytes = std::size_t{64} * 1024 * 1024;
constexpr std::size_t kAlarmsShown = 20;

struct LogState {
    transparency::NoteVerifier key;
    transparency::Checkpoint checkpoint;
    WallTime at;  // when it was cosigned
    std::string note;
};

Result<LogState> read_state(std::filesystem::path const& directory,
                            transparency::CosignatureVerifier const& mirror_key) {
    SALUS_TRY(auto const key_bytes,
              read_file(mirror::log_key_file(directory), transparency::kNoteBytesMost));
    auto text = text_of(key_bytes);
    if (text.ends_with('\n')) text.remove_suffix(1);
    SALUS_TRY(auto key, transparency::NoteVerifier::parse(text));
    SALUS_TRY(auto note, transparency::read_checkpoint_note(directory));
    SALUS_TRY(auto const cosigned, mirror_key.open(note));
    SALUS_TRY(auto checkpoint, transparency::checkpoint_from(cosigned.text));
    return LogState{std::move(key), std::move(checkpoint), cosigned.at, std::move(note)};
}

void say_alarms(std::filesystem::path const& file) {
    auto const contents = read_file(file, kAlarmsBytes);
    if (!contents) return say("no alarms");
    auto const text = text_of(*contents);
    auto begin = text.size();
    for (std::size_t lines = 0; begin > 0 && lines <= kAlarmsShown; ++lines) {
        auto const before = text.rfind('\n', begin - 1);
        begin = before == std::string_view::npos ? 0 : before;
    }
    say(text.empty() ? "no alarms" : "the last alarms:");
    if (!text.empty()) say(text.substr(begin == 0 ? 0 : begin + 1));
}

// Both signatures, and every tile and entry.
int verify_log(LogState const& state, std::filesystem::path const& directory) {
    auto const& head = state.checkpoint.head;
    if (head.size > 0 && !transparency::open_checkpoint(state.note, state.key)) {
        say_problem("FOUND: the checkpoint is not signed by the log");
        return kFoundWrong;
    }
    auto const check = transparency::check_tiles(directory, head);
    if (!check) {
        say_problem("the copy cannot be read: " + std::string(check.error().why.text()));
        return kFailed;
    }
    if (check->finding) {
        say_problem("FOUND: " + std::string(check->finding->why.text()));
        say_problem("       file " + check->finding->file + ", leaf " +
                    std::to_string(check->finding->index));
        return kFoundWrong;
    }
    say("  " + std::to_string(check->tiles) + " tiles and bundles agree");
    return kDone;
}

template <class Act>
int for_each_log(std::filesystem::path const& directory, Act const& act) {
    auto const home = mirror::Home::open(directory);
    auto const logs = home ? home->logs() : Result<std::vector<std::filesystem::path>>();
    if (!home || !logs) {
        say_problem("the mirror: " + std::string((home ? logs.error() : home.error()).why.text()));
        return kFailed;
    }
    int code = kDone;
    for (auto const& log : *logs) {
        auto const state = read_state(log, home->key().verifier);
        if (!state) {
            say_problem("FOUND: logs/" + log.filename().string() + ": " +
                        std::string(state.error().why.text()));
            code = kFoundWrong;
            continue;
        }
        say(state->checkpoint.origin + ": " + std::to_string(state->checkpoint.head.size) +
            " leaves, cosigned " + to_instant(state->at));
        say("  directory logs/" + log.filename().string() + ", root " +
            to_hex(state->checkpoint.head.root));
        code = std::max(code, act(*state, log));
    }
    return code;
}

}  // namespace

int mirror_status(MirrorOptions const& options) {
    auto const code =
        for_each_log(options.directory, [](LogState const&, auto const&) { return kDone; });
    if (code != kFailed) say_alarms(options.directory / "alarms");
    return code;
}

int mirror_verify(MirrorOptions const& options) {
    auto const code = for_each_log(options.directory, verify_log);
    if (code == kDone) say("The mirror is whole.");
    return code;
}

}  // namespace salus::app
