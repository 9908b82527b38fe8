#include "app/import_report.h"

#include "app/commands.h"

namespace salus::app {

void ImportReport::advance() {
    bar_.advance(imported_ + skipped_ + refused_ + doubtful_,
                 std::to_string(imported_) + " imported, " + std::to_string(skipped_) +
                     " already there, " + std::to_string(refused_) + " refused");
}

void ImportReport::imported() {
    MutexLock const lock(mutex_);
    ++imported_;
    advance();
}

void ImportReport::skipped() {
    MutexLock const lock(mutex_);
    ++skipped_;
    advance();
}

void ImportReport::refused(std::filesystem::path const& path, std::string const& why) {
    MutexLock const lock(mutex_);
    ++refused_;
    say_problem("refused " + path.string() + ": " + why);
    advance();
}

void ImportReport::unanswered(std::filesystem::path const& path, std::string const& why) {
    MutexLock const lock(mutex_);
    ++doubtful_;
    say_problem("no answer for " + path.string() + ": " + why,
                "It may be stored. Look before you import it again.");
    advance();
}

void ImportReport::not_remembered(std::filesystem::path const& path) {
    MutexLock const lock(mutex_);
    ++doubtful_;
    say_problem("imported " + path.string() + ", but run/imported cannot be written",
                "A repeated import would store it a second time.");
    advance();
}

int ImportReport::finish(std::size_t not_sent) {
    MutexLock const lock(mutex_);
    bar_.finish();
    say("Imported " + std::to_string(imported_) + " files, skipped " + std::to_string(skipped_) +
        " that were already imported, refused " + std::to_string(refused_) + ".");
    if (refused_ > 0) say_problem("Correct the refused files and import them again.");
    if (not_sent > 0) {
        say_problem(std::to_string(not_sent) + " files were not sent.",
                    "Repeat the import: it goes on where this one ended.");
    }
    return refused_ + doubtful_ + not_sent == 0 ? kDone : kFailed;
}

}  // namespace salus::app
