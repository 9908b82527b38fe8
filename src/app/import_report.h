// What an import tells the operator while it runs and when it ends: names of files, reasons,
// counts. Thread safety: any thread.
#pragma once

#include <filesystem>
#include <string>

#include "app/terminal.h"
#include "foundation/thread_annotations.h"

namespace salus::app {

class ImportReport {
public:
    ImportReport(std::size_t files, ProgressBar::Show show) : bar_(files, show) {}

    void imported();
    void skipped();
    void refused(std::filesystem::path const& path, std::string const& why);
    // No answer came: whether the file is stored, nobody here knows.
    void unanswered(std::filesystem::path const& path, std::string const& why);
    // It is stored, but a repeated import would send it again.
    void not_remembered(std::filesystem::path const& path);
    // The sums; the exit code of the process.
    int finish(std::size_t not_sent);

private:
    void advance() SALUS_REQUIRES(mutex_);

    Mutex mutex_;
    ProgressBar bar_ SALUS_GUARDED_BY(mutex_);
    std::size_t imported_ SALUS_GUARDED_BY(mutex_) = 0;
    std::size_t skipped_ SALUS_GUARDED_BY(mutex_) = 0;
    std::size_t refused_ SALUS_GUARDED_BY(mutex_) = 0;
    std::size_t doubtful_ SALUS_GUARDED_BY(mutex_) = 0;
};

}  // namespace salus::app
