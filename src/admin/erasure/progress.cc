#include "admin/erasure/progress.h"

#include <array>
#include <limits>
#include <utility>

#include "json/document.h"
#include "json/writer.h"

namespace salus::admin {
namespace {

struct List {
    Literal name;
    std::vector<std::uint32_t> KeyProgress::* list;
};
constexpr std::array kLists{List{"data_keys", &KeyProgress::data_keys},
                            List{"shard_epochs", &KeyProgress::shard_epochs},
                            List{"kek_epochs", &KeyProgress::kek_epochs}};

std::unexpected<Error> unreadable() {
    return fail(Errc::corrupt, "what was done of a proposal cannot be read");
}

}  // namespace

Result<KeyProgress> parse_progress(std::string const& text) {
    KeyProgress progress;
    if (text.empty()) return progress;
    json::Parser parser;
    SALUS_TRY(auto const document, parser.parse(text));
    auto const root = document.root();
    auto const step = root.member("step");
    auto const begun = root.member("begun");
    auto const number = step && step->is_number() ? step->integer() : std::nullopt;
    auto const time = begun && begun->is_number() ? begun->integer() : std::nullopt;
    if (!number || *number < 0 || *number > static_cast<int>(KeyStep::certify) || !time)
        return unreadable();
    progress.step = static_cast<KeyStep>(*number);
    progress.begun = *time;
    for (auto const& [name, list] : kLists) {
        auto const values = root.member(name.text());
        if (!values || !values->is_array()) return unreadable();
        for (auto const each : values->elements()) {
            auto const value = each.is_number() ? each.integer() : std::nullopt;
            if (!value || *value < 0 || *value > std::numeric_limits<std::uint32_t>::max())
                return unreadable();
            (progress.*list).push_back(static_cast<std::uint32_t>(*value));
        }
    }
    return progress;
}

std::string to_json(KeyProgress const& progress) {
    std::string text;
    json::Writer writer(text);
    writer.begin_object().key("begun").integer(progress.begun);
    for (auto const& [name, list] : kLists) {
        writer.key(name.text()).begin_array();
        for (auto const each : progress.*list) writer.integer(each);
        writer.end_array();
    }
    writer.key("step").integer(static_cast<std::int64_t>(progress.step)).end_object();
    return text;
}

}  // namespace salus::admin
