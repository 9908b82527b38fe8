// Regular expressions that cannot blow up: RE2, whose time is linear in the text and whose memory
// is bounded. No back references, no look-around. Private to the engine; the only place that sees
// RE2. Thread safety: constant.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace salus::fhir::fhirpath {

class Pattern {
public:
    // nullptr: not a regular expression, or too large.
    [[nodiscard]] static std::unique_ptr<Pattern const> compile(std::string_view text);
    ~Pattern();
    Pattern(Pattern const&) = delete;
    Pattern& operator=(Pattern const&) = delete;

    [[nodiscard]] bool is_found_in(std::string_view text) const;
    [[nodiscard]] bool is_all_of(std::string_view text) const;
    // Every match replaced; $1 or ${name} in the substitution is a group, \$ a dollar. Nothing if
    // the substitution names a group that is not there, or the result would be longer than `most`.
    [[nodiscard]] std::optional<std::string> replaced(std::string_view text,
                                                      std::string_view substitution,
                                                      std::size_t most) const;

private:
    struct Engine;
    explicit Pattern(std::unique_ptr<Engine> engine);
    std::unique_ptr<Engine> engine_;
};

}  // namespace salus::fhir::fhirpath
