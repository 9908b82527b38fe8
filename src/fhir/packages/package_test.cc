#include "fhir/packages/package.h"

#include <array>
#include <cstdio>
#include <gtest/gtest.h>
#include <zlib.h>

#include "fhir/packages/tar_reader.h"
#include "foundation/limits.h"

namespace salus::fhir {
namespace {

// A ustar entry. `type` as in the header.
std::string entry(std::string const& name, std::string const& content, char type = '0') {
    std::string block(512, '\0');
    block.replace(0, name.size(), name);
    std::array<char, 16> digits{};
    std::snprintf(digits.data(), digits.size(), "%011zo", content.size());
    block.replace(124, 11, digits.data());
    block[156] = type;
    block.replace(148, 8, "        ");
    unsigned sum = 0;
    for (char const c : block) sum += static_cast<unsigned char>(c);
    std::snprintf(digits.data(), digits.size(), "%06o", sum);
    block.replace(148, 7, std::string(digits.data(), 6) + '\0');
    auto padded = content;
    padded.resize((content.size() + 511) / 512 * 512, '\0');
    return block + padded;
}

std::string gzip(std::string const& text) {
    z_stream stream{};
    EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    std::string out(compressBound(static_cast<uLong>(text.size())) + 64, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

std::string const kName = entry("package/package.json", R"({"name":"a.b","version":"1.0.0"})");
std::string const kEnd(1024, '\0');

Result<Package> read(std::string const& tar) {
    return read_package(bytes_of(gzip(tar)));
}

TEST(PackageTest, ReadsDefinitionsAndNothingElse) {
    std::string const valueset = R"({"resourceType":"ValueSet","url":"http://v"})";
    auto const package =
        read(entry("package/", "", '5') + kName + entry("package/v.json", valueset) +
             entry("package/p.json", R"({"resourceType":"Patient"})") +
             entry("package/example/v.json", valueset) + entry("package/.index.json", "{") +
             entry("package/../../etc/passwd.json", "{") + entry("package/readme.md", "x") + kEnd);
    ASSERT_TRUE(package) << package.error().why.text();
    EXPECT_EQ(package->name, "a.b");
    EXPECT_EQ(package->version, "1.0.0");
    EXPECT_EQ(package->definitions, std::vector{valueset});
}

TEST(PackageTest, RefusesWhatIsNoPackage) {
    auto const good = gzip(kName + kEnd);
    ASSERT_TRUE(read_package(bytes_of(good)));
    EXPECT_FALSE(read_package({}));
    EXPECT_FALSE(read_package(bytes_of(kName)));
    EXPECT_FALSE(read_package(bytes_of(good + "x")));
    for (std::size_t size = 0; size < good.size(); size += 7)
        EXPECT_FALSE(read_package(bytes_of(good.substr(0, size)))) << size;
    auto flipped = kName;
    flipped[3] = 'X';
    EXPECT_FALSE(read(flipped + kEnd));
    EXPECT_FALSE(read(kEnd));
    EXPECT_FALSE(read(kName.substr(0, 700)));
    EXPECT_FALSE(read(entry("package/x.json", "{}") + kEnd));
    EXPECT_FALSE(read(kName + entry("package/x.json", "{") + kEnd));
    EXPECT_FALSE(read(kName + entry("package/link.json", "", '2') + kEnd));
    EXPECT_FALSE(read(kName + entry("package/device.json", "", '3') + kEnd));
    for (auto const* name : {R"({"name":"../a","version":"1"})", R"({"name":"a/b","version":"1"})",
                             R"({"name":"a","version":""})", R"({"name":"a"})"})
        EXPECT_FALSE(read(entry("package/package.json", name) + kEnd)) << name;
}

TEST(PackageTest, BoundsWhatItUnpacks) {
    auto const large = entry("package/x.bin", std::string(limits::kResourceBytes + 1, 'a'));
    EXPECT_EQ(read(kName + large + kEnd).error().code, Errc::too_large);
    std::size_t files = 0;
    TarReader reader(10, 2, [&](std::string const&, std::string const&) -> Result<void> {
        ++files;
        return {};
    });
    ASSERT_TRUE(reader.feed(entry("a", "1") + entry("b", "2")));
    EXPECT_EQ(reader.feed(entry("c", "3")).error().code, Errc::too_large);
    EXPECT_EQ(files, 2U);
}

TEST(PackageTest, ReadsInPiecesOfAnySize) {
    auto const text = kName + entry("package/v.json", "{}") + kEnd;
    for (std::size_t size : {1U, 511U, 512U, 513U}) {
        std::vector<std::string> names;
        TarReader reader(1000, 10, [&](std::string const& name, std::string const&) {
            names.push_back(name);
            return Result<void>();
        });
        for (std::size_t at = 0; at < text.size(); at += size)
            ASSERT_TRUE(reader.feed(std::string_view(text).substr(at, size)));
        EXPECT_TRUE(reader.finish());
        EXPECT_EQ(names.size(), 2U);
    }
}

}  // namespace
}  // namespace salus::fhir
