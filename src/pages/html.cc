#include "pages/html.h"

namespace salus::pages {

std::string escaped(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (char c : text) {
        switch (c) {
            case '&': out.append("&amp;"); break;
            case '<': out.append("&lt;"); break;
            case '>': out.append("&gt;"); break;
            case '"': out.append("&quot;"); break;
            case '\'': out.append("&#39;"); break;
            default: out.push_back(c);
        }
    }
    return out;
}

Html& Html::raw(Literal markup) {
    out_.append(markup.text());
    return *this;
}

Html& Html::text(std::string_view text) {
    out_.append(escaped(text));
    return *this;
}

Html& Html::name(std::string_view text) {
    return raw("<bdi>").text(text).raw("</bdi>");
}

Html& Html::open(Literal element, std::initializer_list<Attribute> attributes) {
    out_.append("<").append(element.text());
    for (auto const& attribute : attributes) {
        out_.append(" ").append(attribute.name.text()).append("=\"");
        out_.append(escaped(attribute.value)).push_back('"');
    }
    out_.push_back('>');
    return *this;
}

Html& Html::close(Literal element) {
    out_.append("</").append(element.text()).append(">\n");
    return *this;
}

Html& Html::element(Literal element, std::string_view text,
                    std::initializer_list<Attribute> attributes) {
    return open(element, attributes).text(text).close(element);
}

Html& Html::hidden(Literal name, std::string_view value) {
    return open("input", {{"type", "hidden"}, {"name", name.text()}, {"value", value}});
}

}  // namespace salus::pages
