#include "fhir/narrative.h"

#include <gtest/gtest.h>

namespace salus::fhir {
namespace {

TEST(NarrativeTest, AcceptsFormattedText) {
    for (auto const* text : {
             "<div/>",
             "<div xmlns=\"http://www.w3.org/1999/xhtml\">a &amp; b</div>\n",
             "<div><p class='x' style=\"color: red\">a<br/><b>c</b></p><!-- note --></div>",
             "<div><a href=\"Patient/1\">x</a><a href='https://example.org/?a=b&amp;c'>y</a></div>",
             "<div><img src=\"data:image/png;base64,AAAA\" alt=\"x\"/><a href=\"#p1\">z</a></div>",
             "<div><p style='background-image: url(tbl_bck1.png); color: red'>x</p></div>",
             "<div>&nbsp;&#160;&#xA0;<a id='a'/><a id='b' href='?a=1&amp;b=2'/></div>",
         })
        EXPECT_TRUE(check_narrative(text)) << text;
}

TEST(NarrativeTest, RefusesWhatCouldRun) {
    for (auto const* text : {
             "",
             "text",
             " <div/>",
             "<p>x</p>",
             "<div>",
             "<div></div><div></div>",
             "<div></div>x",
             "<div><p></div></p>",
             "<div></p>",
             "<divx></divx>",
             "<div><script>alert(1)</script></div>",
             "<div><SCRIPT>alert(1)</SCRIPT></div>",
             "<div><sc\tript/></div>",
             "<div><iframe src='https://example.org'/></div>",
             "<div><object data='x'/></div>",
             "<div><embed src='x'/></div>",
             "<div><form action='x'/></div>",
             "<div><svg onload='x'/></div>",
             "<div><style>p{}</style></div>",
             "<div><link href='x'/></div>",
             "<div><base href='x'/></div>",
             "<div><meta content='x'/></div>",
             "<div onclick='alert(1)'/>",
             "<div><img src='x' onerror='alert(1)'/></div>",
             "<div><img src='x' ONERROR='alert(1)'/></div>",
             "<div><img src='x'onerror='alert(1)'/></div>",
             "<div><a href='javascript:alert(1)'>x</a></div>",
             "<div><a href=' JavaScript:alert(1)'>x</a></div>",
             "<div><a href='java\nscript:alert(1)'>x</a></div>",
             "<div><a href='&#106;avascript:alert(1)'>x</a></div>",
             "<div><a href='javascript&colon;alert(1)'>x</a></div>",
             "<div><a href='vbscript:x'>x</a></div>",
             "<div><a href='data:text/html,x'>x</a></div>",
             "<div><img src='data:image/svg+xml,x'/></div>",
             "<div><img src='data:text/html,x'/></div>",
             "<div style='background:url(https://example.org/x)'/>",
             "<div style='width:expr/**/ession(alert(1))'/>",
             "<div style='b:\\75rl(x)'/>",
             "<div><a href=x>y</a></div>",
             "<div><a href>y</a></div>",
             "<div><!-- a -- b --></div>",
             "<div><!-- a</div>",
             "<div><![CDATA[x]]></div>",
             "<div><?php x?></div>",
             "<!DOCTYPE html><div/>",
             "<div a='<'/>",
             "<div \x01/>",
         })
        EXPECT_FALSE(check_narrative(text)) << text;
    std::string deep;
    for (int i = 0; i < 100'000; ++i) deep += "<div>";
    EXPECT_EQ(check_narrative(deep).error().code, Errc::too_large);
    std::string wide = "<div";
    for (int i = 0; i < 65; ++i) wide += " xmlns:n" + std::to_string(i) + "='u'";
    EXPECT_EQ(check_narrative(wide + "/>").error().code, Errc::too_large);
}

TEST(NarrativeTest, RefusesWhatIsNoXhtml) {
    for (auto const* text : {
             "<div>a & b</div>",
             "<div>a &; b</div>",
             "<div>a &b c; d</div>",
             "<div>&#;</div>",
             "<div>&#xg;</div>",
             "<div>&#1a;</div>",
             "<div>&nbsp</div>",
             "<div><a href='?a=1&b=2'/></div>",
             "<div><p id='a'/><p id='a'/></div>",
             "<div><p id='a' id='b'/></div>",
             "<div xmlns='http://www.w3.org/1999/html'/>",
             "<div><p xmlns='http://www.w3.org/2000/svg'/></div>",
             "<div style='background-image: url(//host/a.png)'/>",
             "<div style='background-image: url(a.png) url(b)'/>",
             "<div style='background-image: url(a.svg)'/>",
         })
        EXPECT_FALSE(check_narrative(text)) << text;
}

}  // namespace
}  // namespace salus::fhir
