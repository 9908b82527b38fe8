#include <cstdio>

#include "app/commands.h"
#include "app/terminal.h"
#include "foundation/clock.h"
#include "foundation/file.h"
#include "sample_data/generator.h"

namespace salus::app {
namespace {

// The same on every day, so that the same seed gives the same bytes: 2026-01-01.
constexpr WallTime kReference{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};

bool write_bundle(std::filesystem::path const& path, std::string_view bundle) {
    auto const written = write_file_durably(path, bytes_of(bundle), FileAccess::private_to_owner);
    if (!written) say_problem(path.string() + " cannot be written");
    return written.has_value();
}

}  // namespace

int generate(GenerateOptions const& options) {
    std::error_code error;
    std::filesystem::create_directories(options.output, error);
    if (options.large > 0) {
        auto const bundle = sample_data::large_patient(options.seed, options.large, kReference);
        return write_bundle(options.output / "patient-large.json", bundle) ? kDone : kFailed;
    }
    sample_data::Generator generator(
        {.seed = options.seed, .patients = options.patients, .reference = kReference});
    ProgressBar bar(options.patients, ProgressBar::Show::yes);
    for (std::size_t i = 1; !generator.finished(); ++i) {
        char name[40];
        static_cast<void>(std::snprintf(name, sizeof name, "patient-%06zu.json", i));
        if (!write_bundle(options.output / name, generator.next_bundle())) return kFailed;
        bar.advance(i, "patients");
    }
    bar.finish();
    return kDone;
}

}  // namespace salus::app
