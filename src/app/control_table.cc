#include "app/control_table.h"

#include <algorithm>
#include <fmt/format.h>

#include "json/document.h"
#include "json/writer.h"

namespace salus::app {
namespace {

using admin::ControlState;

constexpr std::size_t kNarrowest = 40;
constexpr std::size_t kIndent = 19;  // of titles and evidence

constexpr auto kStates = std::to_array<ControlState>(
    {ControlState::enforced, ControlState::partly, ControlState::not_yet, ControlState::failing});

struct Family {
    std::string_view prefix;
    std::string_view name;
};
constexpr auto kFamilies = std::to_array<Family>({
    {"TRN", "Data in transit, 45 CFR 164.312(e)"},
    {"ENC", "Data at rest, 164.312(a)(2)(iv)"},
    {"KEY", "Keys, and ePHI in memory"},
    {"IAM", "Authentication, 164.312(d)"},
    {"AZ", "Authorization and minimum necessary, 164.312(a)(1), 164.502(b), 164.514(d)"},
    {"MIN", "Data minimization"},
    {"AUD", "Audit, 164.312(b), 164.316(b)(2), 164.308(a)(1)(ii)(D)"},
    {"API", "Secure interface"},
    {"BAA", "Business associates, 164.308(b), 164.314(a), 164.504(e)"},
    {"REC", "Contingency plan, 164.308(a)(7)"},
    {"GOV", "Identity life cycle and governance, 164.308(a)(3) to (5)"},
});

std::string_view family_of(std::string_view id) {
    return id.substr(0, id.find('-'));
}

std::string_view family_name(std::string_view prefix) {
    auto const found = std::ranges::find(kFamilies, prefix, &Family::prefix);
    return found == kFamilies.end() ? prefix : found->name;
}

// SGR codes of ECMA-48.
std::string_view colour_of(ControlState state) {
    switch (state) {
        case ControlState::enforced: return "32";
        case ControlState::partly: return "33";
        case ControlState::not_yet: return "90";
        case ControlState::failing: return "1;31";
    }
    return "1;31";
}

std::string coloured(std::string_view text, std::string_view code, TableStyle const& style) {
    if (style.colours == TableStyle::Colours::no) return std::string(text);
    return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

// Control characters would let a text draw on the operator's terminal.
std::string printable(std::string_view text) {
    std::string out(text);
    std::ranges::replace_if(out, [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; }, ' ');
    return out;
}

void append_wrapped(std::string& out, std::string_view text, std::size_t width) {
    auto const room = width - kIndent;
    while (!text.empty()) {
        auto length = std::min(text.size(), room);
        if (length < text.size()) {
            auto const blank = text.rfind(' ', length);
            if (blank != std::string_view::npos && blank > 0) length = blank;
        }
        out.append(kIndent, ' ').append(text.substr(0, length)).push_back('\n');
        text.remove_prefix(length);
        while (text.starts_with(' ')) text.remove_prefix(1);
    }
}

ControlState state_named(std::string_view name) {
    auto const found = std::ranges::find_if(
        kStates, [name](ControlState state) { return admin::name_of(state).text() == name; });
    return found == kStates.end() ? ControlState::failing : *found;
}

}  // namespace

Result<std::vector<ShownControl>> read_report(std::string body) {
    json::Parser parser;
    SALUS_TRY(auto const document, parser.parse(std::move(body)));
    auto const list = document.root().member("controls");
    if (!list || !list->is_array() || list->size() == 0) {
        return fail(Errc::invalid, "the answer is not a report of controls");
    }
    std::vector<ShownControl> controls;
    for (auto const line : list->elements()) {
        controls.push_back({.id = line.text_member("id").value_or(""),
                            .title = line.text_member("title").value_or(""),
                            .state = state_named(line.text_member("state").value_or("")),
                            .evidence = line.text_member("evidence").value_or("")});
    }
    return controls;
}

std::array<std::size_t, 4> count_states(std::vector<ShownControl> const& controls) {
    std::array<std::size_t, 4> counts{};
    for (auto const& control : controls) ++counts.at(static_cast<std::size_t>(control.state));
    return counts;
}

std::string control_table(std::vector<ShownControl> const& controls, TableStyle style) {
    style.width = std::max(style.width, kNarrowest);
    std::string out;
    std::string_view family;
    for (auto const& control : controls) {
        if (family_of(control.id) != family) {
            family = family_of(control.id);
            out.append(out.empty() ? "" : "\n").append(coloured(family_name(family), "1", style));
            out.push_back('\n');
        }
        auto const state = fmt::format("{:<8}", admin::name_of(control.state).text());
        out.append(fmt::format("  {:<6} {}  {}\n", control.id,
                               coloured(state, colour_of(control.state), style),
                               printable(control.title)));
        append_wrapped(out, printable(control.evidence), style.width);
    }
    auto const counts = count_states(controls);
    out.push_back('\n');
    for (auto const state : kStates) {
        if (state != kStates.front()) out.append(", ");
        auto const text = fmt::format("{} {}", counts.at(static_cast<std::size_t>(state)),
                                      admin::name_of(state).text());
        out.append(coloured(text, colour_of(state), style));
    }
    out.push_back('\n');
    return out;
}

std::string control_json(std::vector<ShownControl> const& controls) {
    std::string out;
    json::Writer writer(out);
    writer.begin_array();
    for (auto const& control : controls) {
        writer.begin_object().key("id").string(control.id).key("title").string(control.title);
        writer.key("state").string(admin::name_of(control.state).text());
        writer.key("evidence").string(control.evidence).end_object();
    }
    writer.end_array();
    return out;
}

}  // namespace salus::app
