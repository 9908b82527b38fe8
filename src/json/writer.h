// Appends JSON to a string: commas and quotes are placed by the Writer, the nesting is the caller's
// duty. Text must be UTF-8. No white space is written, so what is built of minified parts is
// minified. Thread safety: one writer, one thread; borrows the string it appends to.
//
//   std::string out;
//   json::Writer writer(out);
//   writer.begin_object().key("id").string(id).key("meta").raw(span).end_object();
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace salus::json {

// Quotes and escapes (RFC 8259 section 7). REQUIRES: UTF-8.
void append_quoted(std::string& out, std::string_view text);
// Without the white space between tokens. REQUIRES: valid JSON.
[[nodiscard]] std::string minify(std::string_view valid);
// Laid out for people, two spaces a level; scalars stay as they are spelled. REQUIRES: valid JSON.
[[nodiscard]] std::string pretty(std::string_view valid);
void append_minified(std::string& out, std::string_view valid);

class Writer {
public:
    explicit Writer(std::string& out) : out_(out) {}

    Writer& begin_object() { return open('{'); }
    Writer& end_object() { return close('}'); }
    Writer& begin_array() { return open('['); }
    Writer& end_array() { return close(']'); }
    Writer& key(std::string_view name);
    Writer& string(std::string_view text);
    Writer& integer(std::int64_t number);
    Writer& boolean(bool value);
    Writer& null();
    // REQUIRES: one valid JSON value; copied as it stands.
    Writer& raw(std::string_view valid);

private:
    Writer& open(char bracket);
    Writer& close(char bracket);
    void separate();

    std::string& out_;
    bool comma_ = false;  // the next key or value needs a comma before it
};

}  // namespace salus::json
