// HTML for people, safe by construction: text goes in through text() and attributes, which escape
// it; markup comes from the source alone (Literal). A page may hold ePHI; the caller wraps it.
// Belongs to one thread.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "foundation/literal.h"

namespace salus::pages {

struct Attribute {
    Literal name;
    std::string_view value;
};

class Html {
public:
    // Markup from the source, as it stands.
    Html& raw(Literal markup);
    // What people or clients wrote: &, <, >, " and ' are escaped.
    Html& text(std::string_view text);
    // What somebody or something is called: in its own direction of writing, and without effect on
    // the text around it, whatever marks of direction are in it (Unicode UAX 9, section 2.7).
    Html& name(std::string_view text);
    // <name attribute="value">
    Html& open(Literal element, std::initializer_list<Attribute> attributes = {});
    Html& close(Literal element);
    // <name attribute="value">text</name>
    Html& element(Literal element, std::string_view text,
                  std::initializer_list<Attribute> attributes = {});
    // <input type="hidden">
    Html& hidden(Literal name, std::string_view value);

    [[nodiscard]] std::string take() && { return std::move(out_); }
    [[nodiscard]] std::string const& view() const noexcept { return out_; }

private:
    std::string out_;
};

[[nodiscard]] std::string escaped(std::string_view text);

}  // namespace salus::pages
