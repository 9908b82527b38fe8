#include "fhir/fhirpath/pattern.h"

#include <re2/re2.h>
#include <vector>

#include "foundation/limits.h"

namespace salus::fhir::fhirpath {

struct Pattern::Engine {
    Engine(re2::StringPiece text, re2::RE2::Options const& options) : expression(text, options) {}
    re2::RE2 expression;
};

namespace {

re2::RE2::Options options() {
    re2::RE2::Options options;
    options.set_log_errors(false);  // patterns may be anybody's
    options.set_dot_nl(true);       // FHIRPath: single-line mode
    options.set_max_mem(static_cast<std::int64_t>(limits::kFhirPathPatternMemory));
    return options;
}

// FHIRPath names a group (?<name>...), older RE2 (?P<name>...) only. What stands in brackets or
// behind a backslash is no group, and (?<= and (?<! are what RE2 refuses.
std::string with_named_groups(std::string_view text) {
    std::string out;
    std::size_t bracket = std::string_view::npos;  // where a set of characters began
    for (std::size_t i = 0; i < text.size(); ++i) {
        char const c = text[i];
        out.push_back(c);
        if (c == '\\' && i + 1 < text.size()) {
            out.push_back(text[++i]);
        } else if (bracket != std::string_view::npos) {
            bool const first = i == bracket + 1 || (i == bracket + 2 && text[i - 1] == '^');
            if (c == ']' && !first) bracket = std::string_view::npos;
        } else if (c == '[') {
            bracket = i;
        } else if (text.substr(i).starts_with("(?<") && i + 3 < text.size() && text[i + 3] != '=' &&
                   text[i + 3] != '!') {
            out += "?P";
            ++i;
        }
    }
    return out;
}

// Appends the substitution for one match; false: it names no group.
bool append_substitution(std::string& out, std::string_view substitution,
                         re2::RE2 const& expression, std::vector<re2::StringPiece> const& groups) {
    for (std::size_t i = 0; i < substitution.size(); ++i) {
        char const c = substitution[i];
        if (c == '\\' && i + 1 < substitution.size()) {
            out.push_back(substitution[++i]);
            continue;
        }
        if (c != '$') {
            out.push_back(c);
            continue;
        }
        std::size_t group = groups.size();
        if (i + 1 < substitution.size() && substitution[i + 1] >= '0' &&
            substitution[i + 1] <= '9') {
            group = static_cast<std::size_t>(substitution[++i] - '0');
        } else if (auto const end = substitution.find('}', i);
                   substitution.substr(i + 1).starts_with('{') && end != std::string_view::npos) {
            auto const& names = expression.NamedCapturingGroups();
            auto const found = names.find(std::string(substitution.substr(i + 2, end - i - 2)));
            if (found != names.end()) group = static_cast<std::size_t>(found->second);
            i = end;
        }
        if (group >= groups.size()) return false;
        out.append(groups[group].data(), groups[group].size());
    }
    return true;
}

}  // namespace

Pattern::Pattern(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
Pattern::~Pattern() = default;

std::unique_ptr<Pattern const> Pattern::compile(std::string_view text) {
    if (text.size() > limits::kFhirPathPatternBytes) return nullptr;
    auto const pattern = with_named_groups(text);
    auto engine = std::make_unique<Engine>(re2::StringPiece(pattern), options());
    if (!engine->expression.ok()) return nullptr;
    return std::unique_ptr<Pattern const>(new Pattern(std::move(engine)));
}

bool Pattern::is_found_in(std::string_view text) const {
    return re2::RE2::PartialMatch({text.data(), text.size()}, engine_->expression);
}

bool Pattern::is_all_of(std::string_view text) const {
    return re2::RE2::FullMatch({text.data(), text.size()}, engine_->expression);
}

std::optional<std::string> Pattern::replaced(std::string_view text, std::string_view substitution,
                                             std::size_t most) const {
    re2::StringPiece const subject(text.data(), text.size());
    std::vector<re2::StringPiece> groups(
        static_cast<std::size_t>(engine_->expression.NumberOfCapturingGroups()) + 1);
    std::string out;
    std::size_t at = 0;
    while (at <= text.size() && out.size() <= most) {
        auto const found =
            engine_->expression.Match(subject, at, text.size(), re2::RE2::UNANCHORED, groups.data(),
                                      static_cast<int>(groups.size()));
        if (!found) break;
        auto const begin = static_cast<std::size_t>(groups[0].data() - text.data());
        auto const length = groups[0].size();
        out.append(text.substr(at, begin - at));
        if (!append_substitution(out, substitution, engine_->expression, groups))
            return std::nullopt;
        at = begin + length;
        if (length == 0) {  // goes on behind the next character
            if (at < text.size()) out.push_back(text[at]);
            ++at;
        }
    }
    if (at < text.size()) out.append(text.substr(at));
    if (out.size() > most) return std::nullopt;
    return out;
}

}  // namespace salus::fhir::fhirpath
