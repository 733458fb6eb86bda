/** The studio in Chinese, by the English that is written where it is shown. */
export const CHINESE_STUDIO: Readonly<Record<string, string>> = {
  "Studio · Avatar Serving": "工作室 · Avatar Serving",
  "Pictures are looked at and kept on the server you are connected to, and nowhere else.": "图片只在你连接的服务器上查看和保存，不会去别处。",
  "One photo.": "一张照片，", "Someone to talk to.": "就有人陪你聊。",
  "Drop in a portrait and meet it face to face: it listens, thinks, and answers aloud, with its lips, eyes and head moving as it speaks.":
    "放入一张人像，与它面对面：它会听、会想，开口回答，说话时嘴唇、眼睛和头都在动。",
  "Seconds": "几秒钟", "from photo to avatar": "照片变成数字人", "Real time": "实时", "conversation, interrupt any time": "对话，随时可以打断",
  "Yours": "归你所有", "to download and keep": "可以下载保存",
  "Drop a portrait here": "把人像拖到这里", "Choose a photo": "选择照片", "Use the camera": "使用相机",
  "or paste one. A clear face, looking at the camera, works best.": "也可以粘贴。脸部清楚、看着镜头的效果最好。",
  "Up to {count} more pictures of the same person make it better.": "再加最多 {count} 张同一个人的照片会更好。",
  "Avatar files (.zip) may be dropped too.": "也可以拖入数字人文件（.zip）。",
  "Take a photo": "拍照", "Take photo": "拍照", "No camera was found. Connect one, or choose a photo instead.": "没有找到相机。请连接相机，或改为选择照片。",
  "The browser has not allowed the camera. Click the camera or lock sign beside the address, allow it, and try again.":
    "浏览器没有允许使用相机。请点地址栏旁的相机或锁形图标，允许后再试。",

  // The photo
  "Design your avatar": "设计你的数字人", "Your photo": "你的照片", "Remove this photo": "移除这张照片", "Name": "名字", "What should people call them?": "大家怎么称呼它？",
  "A face was found here": "在这里找到了脸", "The photo": "照片", "Taking a good look…": "正在仔细看…", "Looking at the photo": "正在看照片",
  "Choose another photo": "换一张照片", "A fine portrait. Everything looks good.": "很好的人像，一切都没问题。", "What is good": "合格的项目",
  "What was measured: outline, eyes, brows and mouth": "测量到的：轮廓、眼睛、眉毛和嘴",
  "Readable": "可读取", "Resolution": "分辨率", "Face": "人脸", "One person": "单人", "Face size": "脸部大小", "Framing": "构图", "Sharpness": "清晰度", "Light": "光线",
  "Facing the camera": "正对镜头", "Nothing in the way": "无遮挡", "Suitable": "内容合适", "Mouth": "嘴", "Eyes": "眼睛", "Drawing": "绘制",
  "More pictures of the same person": "同一个人的更多照片", "More pictures": "更多照片", "Picture {number}": "照片 {number}", "Remove picture {number}": "移除照片 {number}",
  "Add pictures of the same person": "添加同一个人的照片", "That is as many as this server looks at.": "这个服务器最多看这么多张。",
  "Up to {count} more of the same person, from other sides.": "最多再加 {count} 张同一个人的照片，从其他角度拍的。",
  "The photo above gives the pose and the background.": "姿态和背景取自上面这张照片。",

  // Making it
  "Create": "制作", "Create avatar": "制作数字人", "Making the avatar": "正在制作数字人", "Ready when you are": "随时可以开始", "Starting": "正在开始",
  "Add a photo": "请添加照片", "Give your avatar a name": "请给数字人起个名字", "Please agree to the statement": "请同意上面的声明",
  "I am the person in this photo, or I have their permission to make a talking avatar of them. I will not use it to deceive anyone.":
    "我是照片中的人，或已得到本人许可，为其制作会说话的数字人。我不会用它欺骗任何人。",
  "Look, voice and character": "外观、声音与性格", "Look": "外观", "Style": "风格", "As it is": "原样", "As in the pictures": "与照片相同",
  "Several pictures are taken as they are. Remove them to change how one looks.": "多张照片会按原样使用。移除它们才能更改外观。",
  "Restore first": "先修复", "sharpens small, old or noisy photos": "让小的、旧的或有噪点的照片更清晰", "Strength": "强度",
  "Background": "背景", "Keep": "保留", "Blur": "模糊", "Colour": "颜色", "Picture": "图片", "Background colour": "背景颜色", "Background picture": "背景图片",
  "Choose a picture…": "选择图片…", "Choose a background picture": "请选择背景图片", "Choose either a scene or a background": "场景和背景只能选一个",
  "This server changes pictures with small filters. New expressions, poses, scenes and trained characters are drawn where it runs large models on a GPU.":
    "这个服务器用小型滤镜改变图片。新的表情、姿势、场景和训练过的角色，需要在 GPU 上运行大模型来绘制。",
  "Redraw by words": "用文字重画", "another expression, pose or place; the person stays": "换表情、姿势或地点，人不变", "Expression": "表情", "Pose": "姿势", "Scene": "场景",
  "As in the photo": "与照片相同", "Trained character": "训练过的角色", "None": "无", "Finer points": "更多细节", "Words, suggested from the photo": "根据照片建议的文字",
  "What the picture shows": "画面里有什么", "A portrait of one person": "一个人的肖像", "What it shall not show": "画面里不要有什么", "Steps": "步数", "Seed": "种子",
  "Another": "换一个", "The same seed draws the same picture.": "相同的种子画出相同的图。",
  "Before and after": "前后对比", "See how it looks": "看看效果", "Changing the look": "正在改变外观", "Before": "之前", "After": "之后", "After, with other settings": "之后（其他设置）",
  "The photo with its new look": "换了外观的照片", "The avatar is made with these settings": "将按这些设置制作", "Nothing is kept of it": "不会保存",
  "The photo stays as it is": "照片保持原样", "First agree to the statement": "请先同意声明",
  "It still looks like the person in the photo": "看起来仍是照片中的人",
  "This looks like another person. Less strength or other words keep more of the photo": "看起来像另一个人了。降低强度或换些文字能保留更多原貌",
  "distance of the faces {distance}, below 0.60 they count as the same": "人脸距离 {distance}，低于 0.60 视为同一人",
  "Show only voices that are": "只显示这些声音", "Fewer": "收起", "{count} more…": "还有 {count} 个…", "Listen": "试听", "Listen to {name}": "试听{name}",
  "Start from": "从模板开始", "Greeting": "问候语", "What does it say first?": "它先说什么？",

  // It is there
  "{name}, moving": "{name}，正在动", "Your avatar is ready": "你的数字人做好了", "Meet {name}.": "来见见{name}。", "Try an expression": "试试表情", "Make another": "再做一个",
  "Smile": "微笑", "Surprise": "惊讶", "Wink": "眨眼", "Aah": "啊", "Ooh": "呜", "Eee": "咿", "Look left": "向左看", "Look right": "向右看",
  "Your avatars": "你的数字人", "Make a video": "制作视频", "Make a video of {name}": "为{name}制作视频", "Download": "下载", "Download {name}": "下载{name}",
  "Delete": "删除", "Delete {name}": "删除{name}", "Delete {name}?": "删除{name}？", "Keep it": "保留",
  "The avatar and its picture are removed from the server for good.": "数字人及其图片会从服务器上永久删除。",
  "Import": "导入", "Import an avatar": "导入数字人", "Importing the avatar": "正在导入数字人", "Reading the avatar": "正在读取数字人", "Sending": "正在发送",
  "Save {name} as a file": "把{name}存为文件", "Format": "格式", "Saving the avatar": "正在保存数字人", "Making the file": "正在生成文件", "Receiving": "正在接收",
  "Avatar package": "数字人包", "To keep, or to bring into another studio like this one": "用来保存，或带到另一个这样的工作室",
  "3D model": "3D 模型", "glTF with 52 face shapes, for three.js, Blender, Unity and Unreal": "带 52 个面部形状的 glTF，用于 three.js、Blender、Unity 和 Unreal",
  "LAM avatar": "LAM 数字人", "Splats that move, for OpenAvatarChat and LAM's player": "会动的高斯点，用于 OpenAvatarChat 和 LAM 播放器",
  "Splats, small": "高斯点（小）", "The still face, for Spark, Scaniverse and SuperSplat": "静止的脸，用于 Spark、Scaniverse 和 SuperSplat",
  "Splats, plain": "高斯点（原始）", "The same, ten times as large, for any splat tool": "内容相同，大十倍，任何高斯点工具都能用",
  "A video of {name}": "{name}的视频", "Make the video": "制作视频", "Making the video": "正在制作视频", "What should {name} say?": "让{name}说什么？", "Hello, and welcome.": "你好，欢迎。",
  "Or a recording": "或用一段录音", "Shape": "画幅", "Square": "方形", "Wide": "横屏", "Tall": "竖屏", "Mood": "情绪", "Neutral": "平静", "Joyful": "开心", "Sad": "难过", "Angry": "生气",
  "Surprised": "惊讶", "Concerned": "关切", "As in the picture": "与图片相同", "A colour": "一种颜色", "None (transparent)": "无（透明）", "Colour of the background": "背景的颜色",
  "Waiting for its turn": "正在排队", "Beginning": "即将开始", "Moving the face": "正在驱动面部", "{seconds} s, made at {speed} times real time.": "{seconds} 秒，制作速度为实时的 {speed} 倍。",

  // Characters that a diffusion model learns
  "Trained characters": "训练过的角色", "Teach a character": "训练一个角色", "From 4 to 20 pictures of somebody, portraits can be redrawn as them.": "用某人的 4 到 20 张照片，就能把肖像重画成这个人。",
  "{pictures} pictures, {steps} steps; of {model}, {licence}": "{pictures} 张照片，{steps} 步；{model}，{licence}", "Delete for good": "永久删除", "Teaching {name}": "正在训练{name}",
  "Put away": "收起", "Learnt in {done} steps": "用 {done} 步学会", "Step {done}": "第 {done} 步", "{name} as the model draws it by now": "模型目前画出的{name}",
  "Looking at the pictures": "正在看照片", "Describing the pictures": "正在描述照片", "Waiting for a GPU, and loading the model": "等待 GPU 并加载模型", "Learning": "正在学习",
  "Small letters, digits, - and _": "小写字母、数字、- 和 _", "Pictures, {fewest} to {most} of the same person": "同一个人的 {fewest} 到 {most} 张照片",
  "It takes a GPU and a while. The name is then a word that prompts can use.": "需要 GPU 和一些时间。之后这个名字可以用在提示词里。", "Sending…": "正在发送…", "Begin": "开始",
  "{fewest} to {most} pictures are needed, not {pictures}.": "需要 {fewest} 到 {most} 张照片，而不是 {pictures} 张。",
  "I am the person in these pictures, or I have their permission to teach this server to draw them. I will not use it to deceive anyone.":
    "我是这些照片中的人，或已得到本人许可，让这个服务器学会画出本人。我不会用它欺骗任何人。",
};
