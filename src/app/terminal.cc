#include "app/terminal.h"

#include <cstdio>
#include <unistd.h>

namespace salus::app {
namespace {

constexpr std::size_t kBarWidth = 30;

void write(std::FILE* stream, std::string_view text) {
    static_cast<void>(std::fwrite(text.data(), 1, text.size(), stream));
    static_cast<void>(std::fflush(stream));
}

}  // namespace

void say_problem(std::string_view what) {
    write(stderr, "salus: " + std::string(what) + "\n");
}

void say_problem(std::string_view what, std::string_view next) {
    say_problem(what);
    write(stderr, "       " + std::string(next) + "\n");
}

void say(std::string_view line) {
    write(stdout, std::string(line) + "\n");
}

void ProgressBar::advance(std::size_t done, std::string_view note) {
    if (show_ == Show::no || total_ == 0) return;
    auto const percent = done * 100 / total_;
    bool const terminal = isatty(STDERR_FILENO) == 1;
    // Without a terminal, a line for every tenth is progress enough.
    bool const worth_showing =
        terminal ? percent != last_shown_percent_ : percent / 10 != last_shown_percent_ / 10;
    if (!worth_showing) return;
    last_shown_percent_ = percent;
    auto const filled = done * kBarWidth / total_;
    std::string line = terminal ? "\r[" : "[";
    line.append(filled, '#').append(kBarWidth - filled, '.').append("] ");
    line.append(std::to_string(percent)).append("% ").append(note);
    line.append(terminal ? "\x1b[K" : "\n");
    write(stderr, line);
}

void ProgressBar::finish() {
    if (show_ == Show::yes && isatty(STDERR_FILENO) == 1) write(stderr, "\n");
}

}  // namespace salus::app
